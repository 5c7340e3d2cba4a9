import { groupOf } from './fit-prior.ts'
import { evidenceScore, movedBelief, type EvidenceCurve, type EvidenceModel } from './evidence-model.ts'
import { keptGroups } from './kept-groups.ts'
import { logisticRegression } from './logistic-regression.ts'
import { logit } from './logit.ts'
import { marginalLoss } from './marginal-loss.ts'
import { minimise } from './minimise.ts'
import type { Features } from './outcome.ts'
import { scalesOf, standardised, usefulNames, type Scale } from './standardise.ts'
import { hazards, type ZeroInflatedBeta } from './zero-inflated-beta.ts'

/** What happened to one prompt whose first try failed, or to one prompt in all the orders in which it does. */
export interface EvidenceOutcome {
  /** What its features said before any try. */
  readonly belief: ZeroInflatedBeta
  /** What the failed try showed; several: any of them may have come first. */
  readonly seen: readonly Features[]
  /** All tries, the failed one included, and the successes among them. */
  readonly tries: number
  readonly successes: number
  /** Share of orders in which the first try fails; default 1. */
  readonly weight?: number
}

/** Ridge of a standardised weight, as in the prior. */
const ridge = 2
/** Variance of log odds between prompts that features do not explain, as in the prior. */
const unexplained = 4 / 3
const parts = 5
/** With fewer prompts the held-out loss says nothing. */
const leastOutcomes = 16
/** Centres of the normal priors on shift, ln strength, slope and hopelessSlope, and their standard deviation. */
const start = [0, 0, 1, 0.5] as const
const spread = 0.5
/** Of these, the ones that there are without evidence. */
const freeParameters = 2

/**
 * What failed samples say beyond the prior: a ridge regression, offset by what is believed after one failure, gives the
 * score; shift, strength and slopes maximise the likelihood of all tries after the first given that the first failed. Groups
 * (`sampleFeatures`) are kept by the gate that prompt features go through: their held-out log loss must beat that of
 * the belief without them. Scores are cross-fitted, so features that only fitted noise get a slope near 0.
 * @returns undefined where nothing passed
 */
export function fitEvidence(outcomes: readonly EvidenceOutcome[]): EvidenceModel | undefined {
  const used = outcomes.filter(({ tries, seen }) => tries > 1 && seen.length > 0)
  if (used.length < leastOutcomes) return undefined
  const candidates = new Set(
    used.flatMap(({ seen }) => seen.flatMap((each) => Object.keys(each).map(groupOf))),
  )
  const { groups } = keptGroups(candidates, (some) => heldOut(used, some))
  if (groups.length === 0) return undefined
  return { ...regression(used, groups), ...curveOf(used, crossFitted(used, groups)), groups }
}

interface Regression {
  readonly scales: readonly Scale[]
  readonly weights: readonly number[]
}

function regression(outcomes: readonly EvidenceOutcome[], groups: readonly string[]): Regression {
  const rows = outcomes.flatMap(({ seen }) => seen)
  const names = usefulNames(rows, (name) => groups.includes(groupOf(name)))
  const scales = scalesOf(rows, names)
  if (scales.length === 0) return { scales, weights: [] }
  const rate =
    outcomes.reduce((sum, { tries, successes }) => sum + (successes + 0.5) / tries, 0) / outcomes.length
  const sameness = unexplained * rate * Math.max(0, 1 - rate)
  const [, ...weights] = logisticRegression(
    outcomes.flatMap(({ belief, seen, tries, successes, weight = 1 }) =>
      seen.map((each) => ({
        features: standardised(each, scales),
        // The first try is known to have failed: half a success and half a failure are added to the others.
        rate: (successes + 0.5) / tries,
        weight: ((weight / seen.length) * (tries - 1)) / (1 + (tries - 2) * sameness),
        offset: logit(Math.max(1e-6, hazards(belief, 2)[1] as number)),
      })),
    ),
    ridge,
  )
  return { scales, weights }
}

/** For every sample seen of every outcome, the score of a regression on the other parts. */
function crossFitted(
  outcomes: readonly EvidenceOutcome[],
  groups: readonly string[],
): readonly (readonly number[])[] {
  const fits = Array.from({ length: parts }, (_, part) =>
    regression(
      outcomes.filter((_outcome, row) => row % parts !== part),
      groups,
    ),
  )
  return outcomes.map(({ seen }, row) =>
    seen.map((each) => evidenceScore(fits[row % parts] as Regression, each)),
  )
}

/** Without any scores only shift and strength, so that both sides of the gate have them. */
function curveOf(
  outcomes: readonly EvidenceOutcome[],
  scores?: readonly (readonly number[])[],
): EvidenceCurve {
  const at = (point: readonly number[]): EvidenceCurve => ({
    shift: point[0] as number,
    strength: Math.exp(point[1] as number),
    slope: Math.max(0, point[2] ?? 0),
    hopelessSlope: Math.max(0, point[3] ?? 0),
  })
  const loss = (point: readonly number[]) => {
    let sum = 0
    for (const [axis, value] of point.entries()) {
      sum += ((value - (start[axis] as number)) / spread) ** 2 / 2
    }
    const curve = at(point)
    for (const [row, outcome] of outcomes.entries()) sum += lossOf(outcome, curve, scores?.[row])
    return sum
  }
  return at(minimise(loss, scores ? [...start] : start.slice(0, freeParameters)))
}

/** −ln P(the other tries | the first failed), averaged over the samples that may have come first. */
function lossOf(
  { belief, tries, successes, weight = 1 }: EvidenceOutcome,
  curve: EvidenceCurve,
  scores?: readonly number[],
): number {
  let sum = 0
  for (const score of scores ?? [0]) {
    const moved = movedBelief(curve, belief, score)
    sum += marginalLoss(moved, tries, successes) - marginalLoss(moved, 1, 0)
  }
  return (weight * sum) / (scores?.length ?? 1)
}

function heldOut(outcomes: readonly EvidenceOutcome[], groups: readonly string[]): Float64Array {
  const losses = new Float64Array(outcomes.length)
  const scores = groups.length === 0 ? undefined : crossFitted(outcomes, groups)
  for (let part = 0; part < parts; part += 1) {
    const others = (_: unknown, row: number) => row % parts !== part
    const curve = curveOf(outcomes.filter(others), scores?.filter(others))
    for (let row = part; row < outcomes.length; row += parts) {
      losses[row] = lossOf(outcomes[row] as EvidenceOutcome, curve, scores?.[row])
    }
  }
  return losses
}
