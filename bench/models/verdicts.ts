import { createInterface } from 'node:readline'
import type { Json, Verdict, Verifier } from '../../src/contract.ts'
import { verifierOfTask } from './verifier-of-task.ts'

/**
 * Reads problems with an answer each from standard input, one JSON object a line, and writes one line each: whether
 * the answer is right, its key and the feedback. Training and recording ask this program, so that labels and feedback
 * are what the verifiers of this project say, word by word.
 */
interface Answered {
  readonly task: string
  readonly prompt: string
  readonly text: string
  readonly reference?: Json
  readonly meta?: { readonly [key: string]: Json }
}

const out: string[] = []
for await (const line of createInterface({ input: process.stdin })) {
  if (line === '') continue
  const { task, prompt, text, reference, meta } = JSON.parse(line) as Answered
  const verifier: Verifier = verifierOfTask(task)
  const verdict: Verdict = await verifier.verify({
    candidate: { text, finish: 'stop' },
    messages: [{ role: 'user', content: prompt }],
    ...(reference !== undefined && { reference }),
    ...(meta !== undefined && { meta }),
  })
  const scored = verdict.kind === 'scored'
  out.push(
    JSON.stringify({
      correct: scored && verdict.score === 1,
      answer: scored ? (verdict.answer ?? null) : null,
      feedback: scored ? (verdict.feedback ?? '') : verdict.message,
    }),
  )
}
process.stdout.write(out.map((line) => `${line}\n`).join(''))
