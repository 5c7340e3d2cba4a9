import { join } from 'node:path'
import { randomFrom, shuffled } from '../clock/random.ts'
import { Fault } from '../fault.ts'
import { readProblems, type RecordedProblem } from '../models/recording.ts'
import { recordings } from './asset.ts'

/** The three tasks that the pair was trained on, and who verifies them. */
export const taskVerifiers = {
  countdown: 'countdown',
  story: 'calculation',
  constraints: 'constraints',
} as const
export type DemoTask = keyof typeof taskVerifiers

export const demoTasks = Object.keys(taskVerifiers) as readonly DemoTask[]

/**
 * Held-out problems, about as many of each task and level, by a seed. Neither model has seen any of them in training,
 * in any order or with other names (bench/models/README.md). The level is for the report only.
 * @throws Fault `bad-argument` when more are asked for than there are
 */
export async function demoProblems(seed: number, count: number): Promise<readonly RecordedProblem[]> {
  const kinds = new Map<string, RecordedProblem[]>()
  for (const task of demoTasks) {
    for (const problem of await readProblems(join(recordings(), task, 'problems.jsonl'))) {
      const kind = `${task}/${problem.level}`
      kinds.set(kind, [...(kinds.get(kind) ?? []), problem])
    }
  }
  const all = [...kinds.values()].flat().length
  if (count > all) {
    throw new Fault(
      'bad-argument',
      `there are ${all} problems, and ${count} were asked for`,
      `Ask for at most ${all}.`,
    )
  }
  // One of each kind in turn, so that any count has all of them alike.
  const orders = [...kinds].map(([kind, problems]) =>
    shuffled(problems.length, randomFrom(`demo/${seed}/${kind}`)).map(
      (at) => problems[at] as RecordedProblem,
    ),
  )
  const chosen: RecordedProblem[] = []
  for (let turn = 0; chosen.length < count; turn += 1) {
    for (const order of orders) {
      const problem = order[turn]
      if (problem && chosen.length < count) chosen.push(problem)
    }
  }
  return chosen
}
