import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { countdown } from '../verifiers/countdown.ts'
import { asset } from '../src/demo/asset.ts'
import { countdownProblems } from '../src/demo/countdown-problems.ts'
import { demoMaxOutputTokens, demoModel, demoModelFile, demoTemperature } from '../src/demo/demo.ts'
import { LlamaModel } from '../src/models/llama.ts'
import { promptOf } from '../src/models/recording.ts'
import { requestKey } from '../src/models/request-key.ts'

/**
 * Records the demo's model on countdown problems, in the format of recordings, into src/demo/recording: the fallback
 * of the demo and the default recording of benches. Usage: record-countdown [PROBLEMS] [SAMPLES] [SEED]
 */
const [problemCount = 208, sampleCount = 64, seed = 2026] = process.argv.slice(2).map(Number)

const model = await LlamaModel.open({
  file: asset(demoModelFile),
  temperature: demoTemperature,
  contextSize: 256,
  profile: { name: demoModel },
})
const problems = countdownProblems(`recording/${seed}`, problemCount)
const lines: string[] = []
for (const [number, problem] of problems.entries()) {
  const prompt = {
    ...promptOf(problem),
    options: { max_tokens: demoMaxOutputTokens, temperature: demoTemperature },
  }
  const key = requestKey(demoModel, prompt)
  const samples = await Promise.all(
    Array.from({ length: sampleCount }, async (_, index) => {
      const request = {
        step: { id: String(index), kind: 'sample' as const, model: demoModel, parents: [], index },
        prompt,
        messages: prompt.messages,
        maxOutputTokens: demoMaxOutputTokens,
        attempt: 0,
        seed: seed + number * sampleCount + index,
      }
      const sample = await model.sample(request, new AbortController().signal)
      if (sample.kind === 'failed' && sample.code !== 'empty')
        throw new Error(`${problem.id}: ${sample.message}`)
      const text = sample.kind === 'answered' ? sample.candidate.text : ''
      const candidate = { text, finish: 'stop' as const }
      const verdict = countdown.verify({ candidate, messages: prompt.messages, meta: problem.meta ?? {} })
      return {
        id: problem.id,
        i: index,
        kind: 'sample',
        key,
        index,
        text,
        answer: verdict.kind === 'scored' ? (verdict.answer ?? null) : null,
        correct: verdict.kind === 'scored' && verdict.score === 1,
        completion_tokens: sample.usage?.outputTokens ?? null,
        prompt_tokens: sample.usage?.inputTokens ?? null,
        chars: text.length,
        logprob: sample.kind === 'answered' ? Number((sample.candidate.meanLogprob ?? 0).toFixed(4)) : null,
      }
    }),
  )
  for (const sample of samples) lines.push(JSON.stringify(sample))
  if (number % 16 === 0) console.error(`${number + 1} of ${problems.length} problems`)
}
await model.close()
const directory = asset('recording')
await mkdir(directory, { recursive: true })
await writeFile(
  join(directory, 'problems.jsonl'),
  problems.map((problem) => `${JSON.stringify(problem)}\n`).join(''),
)
await writeFile(
  join(directory, `samples.${demoModel}.jsonl.gz`),
  gzipSync(`${lines.join('\n')}\n`, { level: 9 }),
)
console.error(`wrote ${lines.length} samples of ${problems.length} problems to ${directory}`)
