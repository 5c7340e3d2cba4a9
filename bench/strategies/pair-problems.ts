import { join } from 'node:path'
import type { Prompt } from '../../src/contract.ts'
import { recordings } from '../../src/demo/asset.ts'
import { promptOf, readProblems } from '../../src/models/recording.ts'
import { select } from '../replay/select.ts'

export const pairTasks = ['countdown', 'story', 'constraints'] as const

/** As the models were trained and recorded. */
const options = { max_tokens: 320, temperature: 0.8 }

/** Held-out problems of the pair's tasks, `perTask` of each chosen by the seed, as prompts. */
export async function pairProblems(perTask: number, seed: number): Promise<readonly Prompt[]> {
  const prompts: Prompt[] = []
  for (const task of pairTasks) {
    const problems = await readProblems(join(recordings(), task, 'problems.jsonl'))
    for (const problem of select(problems, perTask, `${seed}/${task}`).taken)
      prompts.push({ ...promptOf(problem), options })
  }
  return prompts
}
