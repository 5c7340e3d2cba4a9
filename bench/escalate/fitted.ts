import type { EscalationPoint } from './replay.ts'

/** Prices per unit of cost at which a cascade is picked. */
const pricesTried = 32
const cheapest = 1e-4
const dearest = 3

/**
 * The rival that could be used in earnest: at each price the policy that was best on the other half of the prompts.
 * (The envelope over all policies on the very prompts reported is chosen with hindsight.)
 * @param costScale cost of one call of the large model
 */
export function fittedOnOtherHalf(
  points: readonly EscalationPoint[],
  halves: Int32Array,
  costScale: number,
): readonly EscalationPoint[] {
  return Array.from({ length: pricesTried }, (_, index) => {
    const price = (dearest * (cheapest / dearest) ** (index / (pricesTried - 1))) / costScale
    const best = [0, 1].map((half) => {
      let most = -Infinity
      let chosen = points[0]
      for (const point of points) {
        let value = 0
        for (let prompt = 0; prompt < halves.length; prompt += 1) {
          if (halves[prompt] === half) continue
          value += (point.right[prompt] as number) - price * (point.cost[prompt] as number)
        }
        if (value > most) {
          most = value
          chosen = point
        }
      }
      return chosen as EscalationPoint
    })
    const of = (prompt: number) => best[halves[prompt] as number] as EscalationPoint
    return {
      right: Float64Array.from(halves, (_half, prompt) => of(prompt).right[prompt] as number),
      cost: Float64Array.from(halves, (_half, prompt) => of(prompt).cost[prompt] as number),
      escalated: ((best[0]?.escalated ?? 0) + (best[1]?.escalated ?? 0)) / 2,
    }
  })
}
