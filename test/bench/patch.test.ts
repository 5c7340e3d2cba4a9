import { describe, expect, it } from 'vitest'
import { brokenDocument } from '../../bench/strategies/broken-documents.ts'
import { comparePatches } from '../../bench/strategies/patch.ts'
import type { Json } from '../../src/contract.ts'
import { jsonSchema } from '../../verifiers/json-schema.ts'

describe('the bench of patches', () => {
  it('has documents of 1 to 20 kB that break their schema, and should not', async () => {
    for (let index = 0; index < 40; index += 1) {
      const { schema, broken, intended, indentation } = brokenDocument(`test/${index}`)
      const score = async (value: Json) => {
        const candidate = { text: JSON.stringify(value), finish: 'stop' as const }
        return jsonSchema.verify({ candidate, messages: [], reference: schema })
      }
      expect(await score(broken)).toMatchObject({ score: 0 })
      expect(await score(intended)).toMatchObject({ score: 1 })
      const size = JSON.stringify(intended, null, indentation).length
      expect(size).toBeGreaterThanOrEqual(1000)
      expect(size).toBeLessThanOrEqual(20_000)
    }
  })

  it('finds patches at least twice as short as rewriting, and every document as valid in the end', async () => {
    const report = await comparePatches({ documents: 30, seed: 1 })
    expect(report.documents).toBe(30)
    const [mean, low, high] = report.ratio
    expect(mean).toBeCloseTo(report.tokens.rewrite / report.tokens.patch)
    expect(low).toBeGreaterThan(2)
    expect(high).toBeGreaterThanOrEqual(mean)
    expect(report.valid).toEqual({ patch: 1, rewrite: 1 })
    expect(await comparePatches({ documents: 30, seed: 1 })).toEqual(report)
  })

  it('ends after its rounds', async () => {
    const { valid } = await comparePatches({ documents: 20, rounds: 1 })
    expect(valid.patch).toBeLessThan(1)
    expect(valid.rewrite).toBe(valid.patch)
  })
})
