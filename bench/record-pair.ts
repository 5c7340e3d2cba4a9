import { createReadStream } from 'node:fs'
import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { gzipSync } from 'node:zlib'
import type { Message, Prompt } from '../src/contract.ts'
import { promptOf, readProblems, type RecordedProblem } from '../src/models/recording.ts'
import { requestKey } from '../src/models/request-key.ts'
import { verdictOn } from './models/verdict-on.ts'

/**
 * Makes the recordings of the pair of models: verifies the raw samples that bench/models/record.py drew, and writes
 * `samples.MODEL.jsonl.gz` beside each `problems.jsonl`: plain samples first, then revisions. Labels are what our
 * verifiers say.
 * Usage: record-pair RECORDINGS RAW, where RAW has `samples.MODEL.TASK.jsonl` and `chains.MODEL.TASK.jsonl`
 */
const [recordings = 'bench/recordings', raw = 'raw'] = process.argv.slice(2)

/** What a request of the recording looks like; it is part of the key. */
const options = { max_tokens: 320, temperature: 0.8 }

/** One sample as record.py writes it; what is optional is only there for revisions, or once it was scored. */
interface RawSample {
  readonly id: string
  readonly index?: number
  readonly chain?: number
  readonly turn?: number
  readonly form?: 'conversation' | 'clean'
  readonly turns?: readonly string[]
  readonly text: string
  readonly completion_tokens: number
  readonly prompt_tokens: number
  readonly logprob: number
  readonly finish: 'stop' | 'length'
  readonly process?: readonly number[]
}

for (const task of ['countdown', 'story', 'constraints']) {
  const directory = join(recordings, task)
  const problems = new Map(
    (await readProblems(join(directory, 'problems.jsonl'))).map((each) => [each.id, each]),
  )
  for (const model of ['small', 'large']) {
    const lines: string[] = []
    for (const kind of ['samples', 'chains']) {
      const source = join(raw, `${kind}.${model}.${task}.jsonl`)
      const found = await access(source).then(
        () => true,
        () => false,
      )
      if (!found) continue
      for await (const line of createInterface({ input: createReadStream(source) })) {
        const sample = JSON.parse(line) as RawSample
        const problem = problems.get(sample.id)
        if (problem) lines.push(JSON.stringify(await recorded(problem, model, sample)))
      }
    }
    if (lines.length === 0) continue
    const file = join(directory, `samples.${model}.jsonl.gz`)
    const packed = gzipSync(`${lines.join('\n')}\n`, { level: 9 })
    await writeFile(file, packed)
    console.error(`${file}: ${lines.length} rows, ${packed.length} bytes`)
  }
}

async function recorded(problem: RecordedProblem, model: string, sample: RawSample): Promise<unknown> {
  const { text, completion_tokens, prompt_tokens, logprob, finish, process: values } = sample
  const prompt: Prompt = { ...promptOf(problem), options }
  // A revision is found again by its conversation, a plain sample by its request.
  const key = sample.turns
    ? requestKey(model, { id: '', messages: sample.turns.map(message) })
    : requestKey(model, prompt)
  const verdict = await verdictOn(problem, text)
  const scored = verdict.kind === 'scored'
  return {
    id: problem.id,
    i: sample.index ?? sample.chain,
    kind: sample.turn === undefined ? 'sample' : 'revise',
    key,
    index: sample.index ?? sample.chain,
    ...(sample.turn !== undefined && { turn: sample.turn, form: sample.form }),
    text,
    answer: scored ? (verdict.answer ?? null) : null,
    correct: scored && verdict.score === 1,
    ...(sample.turn !== undefined && scored && { feedback: verdict.feedback ?? null }),
    completion_tokens,
    prompt_tokens,
    chars: text.length,
    logprob,
    finish,
    // The first value is the prompt's own, before any line.
    ...(values && { process: values.slice(1) }),
  }
}

function message(content: string, index: number): Message {
  return { role: index % 2 === 0 ? 'user' : 'assistant', content }
}
