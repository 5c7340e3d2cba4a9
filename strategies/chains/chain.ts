import { stepId, type RevisionForm, type Step, type Tree, type TreeNode } from '../../src/contract.ts'
import { scoreOf } from '../ranking/score-of.ts'

/** A revision that failed for good this often in one place ends its chain. */
const mostFailures = 2

export interface ChainOptions {
  /** Candidates of a chain. */
  readonly length: number
  readonly form: RevisionForm
  /** Attempts that a revision is shown. */
  readonly shown: number
}

/** A sample and its revisions so far. */
export interface Chain {
  readonly attempts: readonly TreeNode[]
  /** The revision in flight, or the one that could come next; absent when the chain is over. */
  readonly next?: Step
}

/**
 * Follows the chain that starts with a done sample through the tree: each revision's step is known from the attempts
 * before it, so nothing needs to be remembered.
 *
 * A chain is over at its length; when its revision failed twice; and when what would be revised is unfinished or has
 * no score, for without a sign from outside revision makes answers worse (Huang et al. 2023, 2310.01798).
 */
export function chainFrom(first: TreeNode, tree: Tree, { length, form, shown }: ChainOptions): Chain {
  const attempts = [first]
  /** From a clean context the same attempt may be revised again and again, each time with the next index. */
  const indices = new Map<TreeNode, number>()
  while (attempts.length < length) {
    const context = form === 'clean' ? [bestOf(attempts)] : attempts.slice(-shown)
    const revised = context.at(-1)
    if (!revised || scoreOf(revised) < 0 || revised.candidate?.finish === 'length') break
    let failures = 0
    for (let index = indices.get(revised) ?? 0; ; index += 1) {
      const step = revision(context, index, form)
      const node = tree.node(step.id)
      if (!node || node.state === 'pending') return { attempts, next: node?.step ?? step }
      if (node.state === 'done' && node.candidate) {
        indices.set(revised, index + 1)
        attempts.push(node)
        break
      }
      failures += node.state === 'cancelled' ? 0 : 1
      if (failures >= mostFailures) return { attempts }
    }
  }
  return { attempts }
}

function revision(context: readonly TreeNode[], index: number, form: RevisionForm): Step {
  const step: Omit<Step, 'id'> = {
    kind: 'revise',
    model: context[0]?.step.model ?? '',
    parents: context.map((node) => node.step.id),
    index,
    // What is meant when nothing is said is not said, so that ids are shared.
    ...(form !== 'conversation' && { form }),
  }
  return { ...step, id: stepId(step) }
}

/** The first of those with the best score. */
function bestOf(attempts: readonly TreeNode[]): TreeNode {
  return attempts.reduce((best, node) => (scoreOf(node) > scoreOf(best) ? node : best))
}
