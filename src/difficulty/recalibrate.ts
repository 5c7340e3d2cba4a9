import { fadedChance } from './fade.ts'
import type { HazardCounts } from './hazard-counts.ts'
import { logistic, logit } from './logit.ts'
import { minimise } from './minimise.ts'
import { hazards, type Fade, type ZeroInflatedBeta } from './zero-inflated-beta.ts'

/** A class of prompts with the belief that their features gave and what has happened to them since. */
export interface BelievedClass {
  readonly belief: ZeroInflatedBeta
  readonly counts: HazardCounts
}

/** How beliefs from features are moved by what this run has shown. */
export interface Recalibration {
  /** Added to the log odds of every mean. */
  readonly shift: number
  /** Multiplies the distance of log odds from `centre`: 1 trusts the features, 0 ignores them. */
  readonly slope: number
  readonly centre: number
  /** Multiplies the strength. */
  readonly strength: number
  /** Added to the log odds of hopelessness. */
  readonly hopeless: number
}

export const untouched: Recalibration = { shift: 0, slope: 1, centre: 0, strength: 1, hopeless: 0 }

/** Standard deviations of the normal priors on shift, slope − 1, ln strength and hopeless. */
const spreads = [0.7, 0.35, 0.5, 0.7] as const
const smallest = 1e-9

/** The belief after recalibration. */
export function recalibrated(belief: ZeroInflatedBeta, how: Recalibration): ZeroInflatedBeta {
  const { shift, slope, centre, strength, hopeless } = how
  const { fades } = belief
  return {
    mean: within(logistic(centre + shift + slope * (logit(belief.mean) - centre))),
    strength: bounded(belief.strength * strength),
    hopeless: within(logistic(logit(belief.hopeless) + hopeless)),
    ...(fades && { fades: { ...fades, to: withoutFeatures(fades.to, how) } }),
  }
}

/** What a belief fades to is moved alike, but it has no features to trust more or less. */
function withoutFeatures(to: ZeroInflatedBeta, how: Recalibration): ZeroInflatedBeta {
  return recalibrated(to, { ...how, slope: 1 })
}

/**
 * Online correction of feature beliefs by the outcomes of the run: shift, slope, strength and hopelessness that make
 * the counts most likely, under normal priors around "leave as is". Bad features lose their slope here, and the order
 * falls back to round robin. Likelihood: Π h(n)^successes (1 − h(n))^failures over classes; cost O(classes × depth).
 */
export function recalibrate(classes: readonly BelievedClass[]): Recalibration {
  const seen = classes
    .filter(({ counts }) => counts.total > 0)
    .map(({ belief, counts }) => ({
      counts,
      depth: counts.depth,
      mean: logit(belief.mean),
      hopeless: logit(belief.hopeless),
      strength: belief.strength,
      fades: belief.fades,
    }))
  if (seen.length === 0) return untouched
  const deepest = Math.max(...seen.map(({ depth }) => depth))
  const fades = new Set(seen.flatMap((each) => each.fades ?? []))
  let tries = 0
  let centre = 0
  for (const { counts, mean } of seen) {
    tries += counts.total
    centre += counts.total * mean
  }
  centre /= tries
  const at = ([shift = 0, slope = 0, strength = 0, hopeless = 0]: readonly number[]): Recalibration => ({
    shift,
    slope: 1 + slope,
    centre,
    strength: Math.exp(strength),
    hopeless,
  })
  const loss = (point: readonly number[]) => {
    const how = at(point)
    let sum = 0
    for (let axis = 0; axis < spreads.length; axis += 1) {
      sum += ((point[axis] as number) / (spreads[axis] as number)) ** 2 / 2
    }
    const others = new Map([...fades].map((fade) => [fade, hazards(withoutFeatures(fade.to, how), deepest)]))
    for (const each of seen) sum += lossOf(each, how, each.fades && others.get(each.fades))
    return sum
  }
  return at(minimise(loss, [0, 0, 0, 0]))
}

/** A class with the log odds of its belief worked out once. */
interface SeenClass {
  readonly counts: HazardCounts
  readonly depth: number
  readonly mean: number
  readonly hopeless: number
  readonly strength: number
  readonly fades: Fade | undefined
}

/**
 * Negative log likelihood of one class's counts; the hazard as in `hazards`, without a table: this is the hot loop.
 * @param others hazards of what the belief fades to
 */
function lossOf(
  { counts, depth, fades, ...belief }: SeenClass,
  how: Recalibration,
  others: Float64Array | undefined,
): number {
  const strength = bounded(belief.strength * how.strength)
  const hopeless = within(logistic(belief.hopeless + how.hopeless))
  const a = within(logistic(how.centre + how.shift + how.slope * (belief.mean - how.centre))) * strength
  let alive = 1 - hopeless
  let sum = 0
  let least = 1
  for (let state = 0; state < depth; state += 1) {
    const all = counts.tries[state] as number
    const total = strength + state
    if (all > 0 || others) {
      let hazard = ((alive / (hopeless + alive)) * a) / total
      if (fades && others) {
        least = Math.min(least, fadedChance(hazard, others[state] as number, state, fades.tries))
        hazard = least
      }
      const chance = Math.min(1 - smallest, Math.max(smallest, hazard))
      const successes = counts.successes[state] as number
      sum -= successes * Math.log(chance) + (all - successes) * Math.log1p(-chance)
    }
    alive *= 1 - a / total
  }
  return sum
}

function bounded(strength: number): number {
  return Math.min(1e4, Math.max(0.02, strength))
}

function within(chance: number): number {
  return Math.min(1 - 1e-6, Math.max(1e-6, chance))
}
