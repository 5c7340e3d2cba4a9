import { largest, type Aggregation } from './ballot.ts'

/** Candidates whose outcomes agree on a share s of the tests support each other with s to this power. */
const sharpness = 8
/** A candidate that passes no test at all still counts a little: the tests may be the ones that are wrong. */
const leastScore = 0.2

/**
 * Consensus of candidates by what they do on tests that may be wrong: support × tests passed, where support is the
 * number of candidates that behave alike. CodeT's dual agreement (Chen et al. 2022, 2207.10397) with soft consensus
 * sets: nearly the same behaviour counts nearly. Each candidate is compared with all others, so its value settles
 * as samples grow, and one lucky candidate does not win by passing the most tests.
 */
export const consensus: Aggregation = (ballots) => {
  const kinds = new Map<string, { readonly first: number; count: number; readonly behaviour: string }>()
  let silent = 0
  for (const [index, { behaviour }] of ballots.entries()) {
    if (behaviour === undefined || behaviour === '') {
      silent += 1
      continue
    }
    const kind = kinds.get(behaviour)
    if (kind) kind.count += 1
    else kinds.set(behaviour, { first: index, count: 1, behaviour })
  }
  const all = [...kinds.values()]
  if (all.length === 0) return ballots.length === 0 ? undefined : { ballot: 0, confidence: 0 }
  const value = ({ behaviour }: (typeof all)[number]) => {
    const support = all.reduce(
      (sum, other) => sum + other.count * likeness(behaviour, other.behaviour) ** sharpness,
      0,
    )
    return support * (leastScore + passedShare(behaviour))
  }
  const best = largest(all, value) as (typeof all)[number]
  return {
    ballot: best.first,
    confidence: value(best) / ((1 + leastScore) * (ballots.length - silent)),
  }
}

/** Share of tests on which two candidates have the same outcome; tests only one of them ran do not agree. */
function likeness(left: string, right: string): number {
  const tests = Math.max(left.length, right.length)
  let same = 0
  for (let test = 0; test < tests; test += 1) if (left[test] === right[test]) same += 1
  return same / tests
}

function passedShare(behaviour: string): number {
  let passed = 0
  for (const outcome of behaviour) if (outcome === '1') passed += 1
  return passed / behaviour.length
}
