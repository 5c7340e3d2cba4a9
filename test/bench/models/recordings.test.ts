import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readRecording, type RecordedProblem } from '../../../src/models/recording.ts'
import { canonicalProblem, isHeldOut } from '../../../bench/models/held-out.ts'
import { verdictOn } from '../../../bench/models/verdict-on.ts'

const folder = new URL('../../../bench/recordings/', import.meta.url).pathname
const tasks = ['countdown', 'story', 'constraints']
const load = (task: string, model: string) => readRecording(`${folder}${task}`, model)

test.each(tasks.flatMap((task) => ['small', 'large'].map((model) => [task, model] as const)))(
  '%s of %s: labels and answers of a random slice are what the verifiers say about the texts',
  { timeout: 60_000 },
  async (task, model) => {
    const { problems, samples } = await load(task, model)
    expect(problems.length).toBeGreaterThanOrEqual(200)
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...problems), fc.nat(63), async (problem, at) => {
        const recorded = samples.get(problem.id)?.[at]
        expect(samples.get(problem.id)).toHaveLength(64)
        const verdict = await verdictOn(problem, recorded?.text ?? '')
        expect(verdict.kind).toBe('scored')
        if (verdict.kind !== 'scored') return
        expect(recorded?.correct).toBe(verdict.score === 1)
        expect(recorded?.answer).toBe(verdict.answer ?? null)
        expect(recorded?.completion_tokens).toBeGreaterThan(0)
      }),
      { numRuns: 500 },
    )
  },
)

test.each(tasks)(
  '%s: a random slice of the revisions is found by its key and labelled as the verifiers say',
  { timeout: 60_000 },
  async (task) => {
    const { problems, steps } = await load(task, 'small')
    const byId = new Map(problems.map((problem) => [problem.id, problem]))
    const revisions = [...steps.values()].flat()
    expect(revisions.length).toBeGreaterThan(1000)
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...revisions), async (recorded) => {
        const verdict = await verdictOn(byId.get(recorded.id) as RecordedProblem, recorded.text ?? '')
        expect(recorded.kind).toBe('revise')
        expect(recorded.correct).toBe(verdict.kind === 'scored' && verdict.score === 1)
      }),
      { numRuns: 300 },
    )
  },
)

test.each(tasks)('%s: no recorded problem could have been trained on, in any order', async (task) => {
  const { problems } = await load(task, 'small')
  expect(problems.filter((problem) => !isHeldOut(problem))).toEqual([])
  expect(new Set(problems.map(canonicalProblem)).size).toBe(problems.length)
})

test('the held-out side does not depend on order, names or letters', async () => {
  const { problems } = await load('countdown', 'small')
  for (const problem of problems.slice(0, 50)) {
    const numbers = ((problem.meta?.['numbers'] ?? []) as readonly number[]).toReversed()
    const turned: RecordedProblem = { ...problem, meta: { ...problem.meta, numbers } }
    expect(canonicalProblem(turned)).toBe(canonicalProblem(problem))
  }
  const digest = createHash('sha256').update('countdown|1 2 3=6').digest()
  expect(isHeldOut({ id: '', prompt: '', task: 'countdown', meta: { numbers: [3, 1, 2], target: 6 } })).toBe(
    digest.readUInt32BE() % 16 === 0,
  )
})
