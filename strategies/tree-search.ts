import {
  stepId,
  type Proposal,
  type RevisionForm,
  type Step,
  type Strategy,
  type Tree,
  type TreeNode,
  type View,
} from '../src/contract.ts'
import { posteriors, type Posterior } from './search/arm.ts'
import { checkChoice, checkNames, checkNumber, checkWhole, spanOf } from './options/check-options.ts'
import { descend } from './search/descend.ts'
import { sameSpan } from './search/forest.ts'
import { narrowed } from './search/narrowed.ts'
import { straightOn, thompson, uct } from './search/policies.ts'
import { drawsFrom } from './search/random-draws.ts'
import { rankCandidates, selections, type Selection } from './search/rank-candidates.ts'
import { isSolved } from './ranking/is-solved.ts'
import { isGivenUp, sproutsOf, type Sprout } from './search/sprouts.ts'

export interface TreeSearchOptions {
  /** How to choose between wider and deeper: by chance from what is believed, or by upper bounds; default `thompson`. */
  readonly policy?: 'thompson' | 'uct'
  /** What is believed of a reward, for `thompson`; default `beta`. */
  readonly posterior?: Posterior
  /** How much `uct` favours what was tried little; default 0.2: a prompt sees tens of steps, not thousands. */
  readonly exploration?: number
  /** What a node is: a whole candidate, deeper being a revision of it; or a step of an answer. Default `candidate`. */
  readonly unit?: 'candidate' | 'step'
  /** Most children of a node at full budget; default unlimited for candidates, 4 for steps. */
  readonly width?: number
  /** Most steps from the beginning; an answer in steps is finished in one go then. Default 40. */
  readonly depth?: number
  /** Steps in flight; more than a few make the tree too wide, since each is chosen without the others. Default 5. */
  readonly parallel?: number
  /** How revisions are asked for; default `conversation`. */
  readonly form?: RevisionForm
  /** What a step is, for `unit: 'step'`: a delimiter it ends after, or a number of tokens; default a line. */
  readonly span?: string | number
  /** How the answer is chosen among candidates with equal verdicts; default `best`. */
  readonly selection?: Selection
  /** Whether the guide looks at nodes; default for steps only, since candidates have their verdicts. */
  readonly guided?: boolean
  /** Whether a candidate with score 1 ends the prompt; default true. */
  readonly stopWhenSolved?: boolean
}

const names = `policy posterior exploration unit width depth parallel form span selection guided stopWhenSolved`

/**
 * Tree search that decides at every node whether to go wider (a new answer to the prompt, a new revision of a
 * candidate, a new next step of a partial) or deeper. Source: AB-MCTS-A, Inoue et al. 2025 (2503.04412); or, without
 * chance, UCT. The reward of a candidate is its verdict's score, else its process reward; of a partial its process
 * reward only. A failed verdict and an absent reward say nothing; one out of range counts as 0.
 *
 * Cost: with whole candidates each step is one; with steps of an answer as many as it has left to its mean length (8
 * until one is seen). A finite `width` narrows with the budget (see `narrowed`), and once fewer than two answers fit,
 * the best path is finished in one go.
 * @throws RangeError for an option out of range
 */
export function treeSearch(options: TreeSearchOptions = {}): Strategy {
  const { policy = 'thompson', posterior = 'beta', exploration = 0.2, unit = 'candidate' } = options
  const inSteps = unit === 'step'
  const { width = inSteps ? 4 : Infinity, depth = 40, parallel = 5, form, span = '\n' } = options
  const { selection = 'best', guided = inSteps, stopWhenSolved = true } = options
  checkNames('tree-search', options, names.split(' '))
  checkChoice('policy', policy, ['thompson', 'uct'])
  checkChoice('posterior', posterior, posteriors)
  checkNumber('exploration', exploration, 0)
  checkChoice('unit', unit, ['candidate', 'step'])
  checkWhole('width', width, 1, true)
  checkWhole('depth', depth, 1)
  checkWhole('parallel', parallel, 1)
  checkChoice('form', form ?? 'conversation', ['conversation', 'clean', 'patch'])
  checkChoice('selection', selection, selections)
  checkChoice('guided', guided, [true, false])
  checkChoice('stopWhenSolved', stopWhenSolved, [true, false])
  const pause = spanOf(span)

  const childOf = ({ node, depth: at, next }: Sprout, model: string, pauses: boolean): Step => {
    const step: Omit<Step, 'id'> = {
      kind: inSteps ? 'extend' : node ? 'revise' : 'sample',
      model,
      parents: node ? [node.step.id] : [],
      index: next,
      ...(inSteps && pauses && at + 1 < depth ? { span: pause } : {}),
      ...(!inSteps && node && form !== undefined ? { form } : {}),
    }
    return { ...step, id: stepId(step) }
  }

  return {
    id: 'tree-search',
    decides: 'scores',
    guided,
    *propose(tree: Tree, view: View): Generator<Proposal> {
      const model = view.models.find((name) => view.serves(name, inSteps ? 'extend' : 'sample'))
      if (model === undefined || (stopWhenSolved && isSolved(tree))) return
      const { root, all } = sproutsOf(tree, (node) => isOurs(node.step, model), rewardOf)
      const length = Math.min(depth, meanLengthOf(all))
      const expected = ({ span: pauses }: Step, at: number) => ({
        calls: pauses ? Math.max(1, length - at + 1) : 1,
      })
      let pending = 0
      for (const { node, depth: at } of all) {
        if (node?.state !== 'pending') continue
        pending += 1
        yield { step: node.step, expected: expected(node.step, at) }
      }
      const roomy = !inSteps || view.fits(childOf(root, model, true), 2)
      if (pending >= (roomy ? parallel : 1)) return
      const cap = roomy ? narrowed(width, view.budgetLeft) : 1
      const deeper = inSteps || view.serves(model, 'revise')
      const draw = drawsFrom(view.uniform(`tree-search/${tree.nodes.length}`))
      const chosen = descend(root, {
        policy: !roomy ? straightOn : policy === 'uct' ? uct(exploration) : thompson(posterior, draw),
        cap,
        canGrow: (sprout) => !isGivenUp(sprout) && (!sprout.node || (deeper && hasNext(sprout, depth))),
      })
      // A tree with nothing left to try begins again at its root.
      const sprout = chosen ?? (pending === 0 && !isGivenUp(root) ? root : undefined)
      const step = sprout && childOf(sprout, model, roomy)
      if (sprout && step && view.fits(step)) yield { step, expected: expected(step, sprout.depth + 1) }
    },
    rank: (tree) => rankCandidates(tree, selection),
  }

  /** Steps that this search would ask for, whoever did: the strategies share them. */
  function isOurs(step: Step, model: string): boolean {
    if (step.model !== model || step.effort !== undefined || step.variation !== undefined) return false
    if (inSteps) {
      return step.kind === 'extend' && (step.span === undefined || sameSpan(step.span, pause))
    }
    return (
      step.span === undefined &&
      (step.kind === 'sample' || (step.kind === 'revise' && step.parents.length === 1 && step.form === form))
    )
  }

  function hasNext({ node, depth: at }: Sprout, most: number): boolean {
    return at < most && node?.state === 'done' && (inSteps ? node.partial : node.candidate) !== undefined
  }
}

/** What a node earned, 0..1; undefined when nothing was said about it. */
function rewardOf({ verdict, value }: TreeNode): number | undefined {
  const said = verdict?.kind === 'scored' ? verdict.score : value
  if (said === undefined) return undefined
  return said >= 0 && said <= 1 ? said : 0
}

/** Mean steps of the answers that are there; 8 until there is one. */
function meanLengthOf(all: readonly Sprout[]): number {
  const answers = all.filter(({ node }) => node?.candidate !== undefined)
  return answers.length === 0 ? 8 : answers.reduce((sum, { depth }) => sum + depth, 0) / answers.length
}
