import { expect, test } from 'vitest'
import { verifiersReport } from '../../bench/verifiers.ts'

test(
  'every claim is measured, every number is finite, and what must never happen did not',
  { timeout: 90_000 },
  async () => {
    const report = await verifiersReport(
      { recordings: 'nowhere', quick: true, seed: 1 },
      {
        milliseconds: 10,
        tasks: 8,
        warmUpTasks: 1,
        pythonCandidates: 8,
        saturatedMilliseconds: 50,
        loopTasks: 50,
      },
    )
    expect(Object.keys(report.verifiers).toSorted()).toEqual([
      'choice',
      'constraints',
      'countdown',
      'exact',
      'javascript-tests',
      'json-schema',
      'math',
      'numeric',
      'python-tests',
      'tool-call',
    ])
    const numbers: number[] = []
    JSON.stringify(report, (_, value: unknown) => {
      if (typeof value === 'number') numbers.push(value)
      return value
    })
    expect(numbers.filter((number) => !Number.isFinite(number))).toEqual([])
    for (const { unexpected, one_worker, runs, thread_tasks } of Object.values(report.verifiers)) {
      expect(unexpected).toBe(0)
      expect(one_worker.tasks).toBeGreaterThan(0)
      expect(thread_tasks['0']).toBe(0)
      expect(Object.keys(thread_tasks).length > 1).toBe(runs !== 'inline')
    }
    expect(report.loops).toMatchObject({ tasks: 50, loops: 1, lost: 0, double: 0, unkilled: 0 })
    const { unequal, unequal_failed, source, right, candidates } = report.python_tests
    // A candidate may miss its deadline on one side when the machine is busy; a verdict must not differ.
    expect(unequal - unequal_failed).toBe(0)
    expect({ source, candidates }).toEqual({ source: 'generated', candidates: 8 })
    expect(right).toBeLessThanOrEqual(4)
    expect(report.bars.map(({ name, holds }) => [typeof name, typeof holds])).toEqual(
      Array.from({ length: 9 }, () => ['string', 'boolean']),
    )
  },
)
