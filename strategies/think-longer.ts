import { stepId, type Proposal, type Step, type Strategy, type Tree, type View } from '../src/contract.ts'
import { byScore } from './ranking/by-score.ts'
import { isSolved } from './ranking/is-solved.ts'
import { isSampleOf, type Request } from './sampling/request.ts'
import { samplesOf } from './sampling/samples-of.ts'
import { checkNames, checkWhole } from './options/check-options.ts'

export interface ThinkLongerOptions {
  /** Samples of an effort before the next higher one is offered first; default 2. */
  readonly tries?: number
}

/**
 * Samples of the caller's model at rising efforts, the caller's own first; the next sample of every effort is always
 * offered. Where the first offer is taken, each effort has `tries` samples in turn, then the highest one goes on.
 *
 * An answer that was cut at a cap is censored: nobody knows whether it would have been right. It is no try; it calls
 * for the same request, index included, at the next effort, and that is offered before anything else. An effort whose
 * answers are cut is too short for the prompt and is offered last. Thinking longer on hard prompts: Muennighoff et
 * al. 2025 (2501.19393).
 *
 * @throws RangeError for an option out of range
 */
export function thinkLonger(options: ThinkLongerOptions = {}): Strategy {
  const { tries = 2 } = options
  checkNames('think-longer', options, ['tries'])
  checkWhole('tries', tries, 1, true)
  return {
    id: 'think-longer',
    decides: 'scores',
    *propose(tree: Tree, view: View): Generator<Proposal> {
      if (isSolved(tree)) return
      const model = view.models[0] ?? ''
      const levels: readonly Request[] = [
        { model },
        ...view.efforts(model).map((effort) => ({ model, effort })),
      ]
      const cut = levels.map((level) =>
        tree.nodes.filter((node) => isSampleOf(node, level) && node.candidate?.finish === 'length'),
      )
      const offered = new Set<string>()
      for (const [at, nodes] of cut.entries()) {
        const longer = levels[at + 1]
        for (const {
          step: { index },
        } of longer ? nodes : []) {
          const again: Omit<Step, 'id'> = { kind: 'sample', ...longer, model, parents: [], index }
          const step = { ...again, id: stepId(again) }
          if (tree.node(step.id)) continue
          offered.add(step.id)
          yield { step, expected: { calls: 1 } }
        }
      }
      const tried = (level: Request) =>
        tree.nodes.filter((node) => isSampleOf(node, level) && node.state !== 'failed').length
      const due = levels.filter((level, at) => cut[at]?.length === 0 && tried(level) < tries)
      const over = levels.filter((level, at) => cut[at]?.length === 0 && tried(level) >= tries)
      const short = levels.filter((_, at) => cut[at]?.length !== 0)
      for (const level of [...due, ...over.toReversed(), ...short.toReversed()]) {
        for (const proposal of samplesOf(tree, level)) {
          if (!offered.has(proposal.step.id)) yield proposal
        }
      }
    },
    rank: byScore,
  }
}
