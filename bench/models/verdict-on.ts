import type { Verdict } from '../../src/contract.ts'
import { promptOf, type RecordedProblem } from '../../src/models/recording.ts'
import { verifierOfTask } from './verifier-of-task.ts'

/** What the verifier of its task says about an answer to a recorded problem. */
export async function verdictOn(problem: RecordedProblem, text: string): Promise<Verdict> {
  const { messages, reference, meta } = promptOf(problem)
  return verifierOfTask(problem.task ?? '').verify({
    candidate: { text, finish: 'stop' },
    messages,
    ...(reference !== undefined && { reference }),
    ...(meta !== undefined && { meta }),
  })
}
