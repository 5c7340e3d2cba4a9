import { stepId, type Step } from '../contract.ts'
import { Fault } from '../fault.ts'
import type { Model } from '../models/model.ts'
import { promptOf, type RecordedProblem } from '../models/recording.ts'

/**
 * A recording of other problems would count as wrong answers to these.
 * @throws Fault `bad-argument` when a model has no sample of one of the problems
 */
export function requireRecorded(models: readonly Model[], problems: readonly RecordedProblem[]): void {
  for (const model of models) {
    const asked: Omit<Step, 'id'> = { kind: 'sample', model: model.profile.name, parents: [], index: 0 }
    const first: Step = { ...asked, id: stepId(asked) }
    const missing = problems.find((problem) => model.offers?.(promptOf(problem), first) === false)
    if (!missing) continue
    throw new Fault(
      'bad-argument',
      `the recording of "${model.profile.name}" has no sample of the problem "${missing.prompt ?? missing.id}"`,
      'Give --model a recording of all problems of the demo, or a model that runs; sweep takes any recording.',
    )
  }
}
