import { logistic, logit } from '../difficulty/logit.ts'
import type { ZeroInflatedBeta } from '../difficulty/zero-inflated-beta.ts'

/** Bins of the log odds of the mean pass rate, over ±{@link meanReach}: neighbours differ by a factor of about e^¼. */
export const meanBins = 64
const meanReach = 8
const hopelessBins = 32
const hopelessReach = 8
const strengthBins = 32
/** From 0.02 pseudo-tries upwards, each bin e^0.4 times the one below. */
const leastStrength = 0.02
const strengthStep = 0.4

/** The number of the bin of a belief: close beliefs share one, so that a million different priors make few classes. */
export function binOf({ mean, hopeless, strength }: ZeroInflatedBeta): number {
  return (
    (bin(logit(mean), -meanReach, meanReach, meanBins) * hopelessBins +
      bin(logit(hopeless), -hopelessReach, hopelessReach, hopelessBins)) *
      strengthBins +
    bin(Math.log(strength / leastStrength), 0, strengthStep * strengthBins, strengthBins)
  )
}

/** The belief in the middle of a bin; stands for all in it. */
export function beliefOfBin(number: number): ZeroInflatedBeta {
  const strength = number % strengthBins
  const rest = (number - strength) / strengthBins
  const hopeless = rest % hopelessBins
  const mean = (rest - hopeless) / hopelessBins
  return {
    mean: logistic(middle(mean, -meanReach, meanReach, meanBins)),
    hopeless: logistic(middle(hopeless, -hopelessReach, hopelessReach, hopelessBins)),
    strength: leastStrength * Math.exp(middle(strength, 0, strengthStep * strengthBins, strengthBins)),
  }
}

function bin(value: number, low: number, high: number, count: number): number {
  const place = Math.floor(((value - low) / (high - low)) * count)
  return Math.min(count - 1, Math.max(0, place))
}

function middle(number: number, low: number, high: number, count: number): number {
  return low + ((number + 0.5) / count) * (high - low)
}
