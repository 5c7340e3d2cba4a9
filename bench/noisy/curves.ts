import type { Ballot } from '../../src/aggregate/ballot.ts'
import { randomFrom, shuffled } from '../../src/clock/random.ts'
import type { BenchRecording } from '../replay/recordings.ts'
import type { NoisyPolicy } from './policies.ts'
import type { NoisyVerifier } from './verifiers.ts'

/** Per policy and number of samples: P(right) of each prompt, and what was accepted wrongly. */
export interface NoisyCurve {
  readonly right: readonly Float64Array[]
  /** Share of prompts accepted but wrong, when as many prompts are accepted as plain best-of-N accepts. */
  readonly wronglyAccepted: Float64Array
}

/** Replays every draw order at every number of samples. */
export function noisyCurves(
  recording: BenchRecording,
  verifier: NoisyVerifier,
  policies: readonly NoisyPolicy[],
  sizes: readonly number[],
  orders: number,
  seed: number,
): ReadonlyMap<string, NoisyCurve> {
  const { prompts } = recording
  const curves = new Map(
    policies.map(({ name }) => [
      name,
      {
        right: sizes.map(() => new Float64Array(prompts.length)),
        wronglyAccepted: new Float64Array(sizes.length),
      },
    ]),
  )
  const rules = policies.map((policy) => prompts.map((_, prompt) => policy.of(prompt)))
  for (let order = 0; order < orders; order += 1) {
    const drawn = prompts.map((prompt) => {
      const ballots = verifier.ballots(prompt, `${seed}/${order}`)
      const places = shuffled(ballots.length, randomFrom(`${seed}/${order}/${prompt.id}`))
      return {
        ballots: places.map((place) => ballots[place] as Ballot),
        right: places.map((place) => prompt.samples[place]?.correct === true),
      }
    })
    for (const [index, size] of sizes.entries()) {
      let accepted = 0
      for (const [policy, { name }] of policies.entries()) {
        const curve = curves.get(name) as NoisyCurve
        const picked: { readonly confidence: number; readonly right: boolean }[] = []
        for (const [prompt, { ballots, right }] of drawn.entries()) {
          const rule = rules[policy]?.[prompt]
          const pick = rule?.(ballots.slice(0, size))
          if (!pick) continue
          const hit = right[pick.ballot] === true
          if (hit) {
            const row = curve.right[index] as Float64Array
            row[prompt] = (row[prompt] as number) + 1 / orders
          }
          picked.push({ confidence: pick.confidence, right: hit })
        }
        // The first policy is plain best-of-N: it sets how many are accepted, the others accept their surest ones.
        if (policy === 0)
          accepted = picked.filter(({ confidence }) => confidence >= verifier.threshold).length
        const surest = picked.toSorted((left, right) => right.confidence - left.confidence).slice(0, accepted)
        const wrong = surest.filter(({ right }) => !right).length
        curve.wronglyAccepted[index] =
          (curve.wronglyAccepted[index] as number) + wrong / prompts.length / orders
      }
    }
  }
  return curves
}
