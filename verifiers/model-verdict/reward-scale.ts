/** How a raw reward becomes a score of 0..1. */
export type RewardScale =
  /**
   * 1 ÷ (1 + e^(−scale · (raw − shift))): under the model of Bradley and Terry (1952), on which reward models are
   * trained (Ouyang et al. 2022, arXiv:2203.02155), the probability that the answer is preferred to one of reward
   * `shift`. Default scale 1, shift 0.
   */
  | { readonly kind: 'logistic'; readonly scale?: number; readonly shift?: number }
  /** The server declares 0..1 already; anything outside is unreadable. */
  | { readonly kind: 'identity' }

/** @throws RangeError when the scale is not above 0 or the shift not finite */
export function checkedScale(scale: RewardScale): RewardScale {
  if (scale.kind === 'identity') return scale
  const { scale: factor = 1, shift = 0 } = scale
  if (!(factor > 0 && factor < Infinity))
    throw new RangeError(`the scale of a reward is above 0, not ${factor}`)
  if (!Number.isFinite(shift)) throw new RangeError(`the shift of a reward is a finite number, not ${shift}`)
  return scale
}

/** The score of a finite raw reward, or a sentence. */
export function scaledReward(raw: number, scale: RewardScale): number | string {
  if (scale.kind === 'logistic') {
    const { scale: factor = 1, shift = 0 } = scale
    return 1 / (1 + Math.exp(-factor * (raw - shift)))
  }
  return raw >= 0 && raw <= 1 ? raw : `the reward ${raw} is declared to lie in 0..1 and does not`
}
