import { asset } from '../../src/demo/asset.ts'
import { LlamaModel } from '../../src/models/llama.ts'
import { promptOf, readRecording } from '../../src/models/recording.ts'
import { greedyParity, valueParity } from './greedy-parity.ts'
import { verdictOn } from './verdict-on.ts'

/**
 * llama.cpp against PyTorch: the same greedy texts, the same values, and pass@1 at temperature 0.8 on every n-th
 * problem of the recordings, where PyTorch's samples are the recorded ones.
 * Usage: parity [EVERY] [SAMPLES]
 */
const [every = 4, count = 16] = process.argv.slice(2).map(Number)

for (const name of ['small', 'large'] as const) {
  const greedy = await greedyParity(name)
  console.log(name, 'greedy texts', JSON.stringify(greedy))
}
console.log('values', JSON.stringify(await valueParity()))

for (const name of ['small', 'large']) {
  const model = await LlamaModel.open({ file: asset(`${name}.gguf`), temperature: 0.8, contextSize: 1024 })
  const all = { torch: 0, llama: 0, samples: 0 }
  let [recordedLogprob, liveLogprob] = [0, 0]
  for (const task of ['countdown', 'story', 'constraints']) {
    const recording = await readRecording(`bench/recordings/${task}`, name)
    const own = { torch: 0, llama: 0, problems: 0 }
    for (const [number, problem] of recording.problems.entries()) {
      if (number % every !== 0) continue
      const prompt = { ...promptOf(problem), options: { max_tokens: 320, temperature: 0.8 } }
      const recorded = recording.samples.get(problem.id) ?? []
      own.problems += 1
      own.torch += recorded.filter((sample) => sample.correct).length / recorded.length
      recordedLogprob += recorded.reduce((sum, each) => sum + (each.logprob ?? 0), 0) / recorded.length
      const right = await Promise.all(
        Array.from({ length: count }, async (_, index) => {
          const sample = await model.sample(
            {
              step: { id: String(index), kind: 'sample', model: name, parents: [], index },
              prompt,
              messages: prompt.messages,
              maxOutputTokens: 320,
              attempt: 0,
              seed: 7_000_000 + number * count + index,
            },
            new AbortController().signal,
          )
          if (sample.kind !== 'answered') return false
          liveLogprob += (sample.candidate.meanLogprob ?? 0) / count
          const verdict = await verdictOn(problem, sample.candidate.text)
          return verdict.kind === 'scored' && verdict.score === 1
        }),
      )
      own.llama += right.filter(Boolean).length / count
    }
    const shown = (sum: number) => (sum / own.problems).toFixed(3)
    console.log(name, task, `pass@1 torch ${shown(own.torch)} llama ${shown(own.llama)}`)
    all.torch += own.torch
    all.llama += own.llama
    all.samples += own.problems
  }
  const mean = (sum: number) => (sum / all.samples).toFixed(3)
  console.log(name, `all: pass@1 torch ${mean(all.torch)} llama ${mean(all.llama)}`)
  console.log(name, `mean logprob recorded ${mean(recordedLogprob)} llama ${mean(liveLogprob)}`)
  await model.close()
}
