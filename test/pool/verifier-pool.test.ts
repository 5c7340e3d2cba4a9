import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Subject } from '../../src/contract.ts'
import { VerifierPool } from '../../src/pool/verifier-pool.ts'

const pool = new VerifierPool({ threads: 2, memory: 64 })
afterAll(() => pool.close())

const directory = await mkdtemp(join(tmpdir(), 'verifier-'))
const module = join(directory, 'own.mjs')
await writeFile(
  module,
  `const hoard = []
export default {
  id: 'own', version: '1', runs: 'pool', exact: 'always', deadlineMs: 300,
  verify({ candidate: { text } }) {
    if (text.startsWith('loop')) for (;;);
    if (text.startsWith('hoard')) for (;;) hoard.push(new Array(10_000).fill(text))
    if (text.startsWith('throw')) throw new Error('thrown by the verifier')
    if (text.startsWith('exit')) process.exit(0)
    if (text.startsWith('nan')) return { kind: 'scored', score: Number.NaN }
    return { kind: 'scored', score: text.startsWith('right') ? 1 : 0, answer: text }
  },
}
`,
)
const own = await pool.checker({ name: module })
const subject = (text: string): Subject => ({ candidate: { text, finish: 'stop' }, messages: [] })

test('a user’s own module runs in a worker', async () => {
  expect(await own.check(subject('right'))).toEqual({ kind: 'scored', score: 1, answer: 'right' })
  expect(Object.keys(pool.report().threadTasks)).not.toContain('0')
})

test('an endless loop costs its deadline and nothing else', async () => {
  const started = performance.now()
  const verdicts = await Promise.all(
    ['loop', 'right 1', 'right 2', 'right 3'].map((text) => own.check(subject(text))),
  )
  expect(verdicts[0]).toMatchObject({ kind: 'failed', code: 'timeout' })
  expect(verdicts.slice(1).every((verdict) => verdict.kind === 'scored' && verdict.score === 1)).toBe(true)
  expect(performance.now() - started).toBeLessThan(300 + 1000)
})

test('memory over the cap, a throw, an exit and a score that is none are failed verdicts, and the pool goes on', async () => {
  const patient = await pool.checker({ name: module, options: { deadlineMs: 8000 } })
  expect(await patient.check(subject('hoard'))).toMatchObject({ kind: 'failed', code: 'out-of-memory' })
  expect(await own.check(subject('throw'))).toEqual({
    kind: 'failed',
    code: 'crashed',
    message: 'thrown by the verifier',
  })
  expect(await own.check(subject('exit'))).toMatchObject({ kind: 'failed' })
  expect(await own.check(subject('nan'))).toMatchObject({ kind: 'failed', code: 'crashed' })
  expect(await own.check(subject('right again'))).toMatchObject({ kind: 'scored', score: 1 })
})

test('verdicts are kept by content, and failures are not', async () => {
  const before = pool.report()
  await own.check(subject('once'))
  await own.check(subject('once'))
  await own.check(subject('throw'))
  await own.check(subject('throw'))
  const after = pool.report()
  expect(after.cacheHits - before.cacheHits).toBe(1)
  expect((after.verifiers['own']?.verdicts ?? 0) - (before.verifiers['own']?.verdicts ?? 0)).toBe(3)
})

test('2,000 tasks with 2 % endless loops lose none and judge none twice', { timeout: 60_000 }, async () => {
  const quick = await pool.checker({ name: module, options: { deadlineMs: 100 } })
  const texts = Array.from({ length: 2000 }, (_, index) =>
    index % 50 === 7 ? `loop ${index}` : `right ${index} quick`,
  )
  const before = pool.report().verifiers['own']?.verdicts ?? 0
  const verdicts = await Promise.all(texts.map((text) => quick.check(subject(text))))
  for (const [index, verdict] of verdicts.entries()) {
    if (index % 50 === 7) expect(verdict).toMatchObject({ kind: 'failed', code: 'timeout' })
    else expect(verdict).toEqual({ kind: 'scored', score: 1, answer: texts[index] })
  }
  expect((pool.report().verifiers['own']?.verdicts ?? 0) - before).toBe(2000)
})

test('an unknown verifier and a module without one are clear errors', async () => {
  await expect(pool.checker({ name: 'nothing' })).rejects.toMatchObject({ code: 'unknown-name' })
  await expect(pool.checker({ name: '__proto__' })).rejects.toMatchObject({ code: 'unknown-name' })
  const empty = join(directory, 'empty.mjs')
  await writeFile(empty, 'export const nothing = 1')
  await expect(pool.checker({ name: empty })).rejects.toThrow(/no verifier as its default export/)
})
