import type { Proposal, Strategy, Tree, TreeNode, View } from '../src/contract.ts'
import { isSolved } from './ranking/is-solved.ts'
import { scoreOf } from './ranking/score-of.ts'
import { samplesOf } from './sampling/samples-of.ts'
import { checkChoice, checkNames, checkNumber, checkWhole } from './options/check-options.ts'

/** From this many votes the share of votes decides whether an answer is frequent. */
const many = 30
const repeated = 2
const keptWhenFew = 3

export interface BestOfMajorityOptions {
  /** Most samples of one prompt; default unlimited: the budget and the allocator decide. */
  readonly samples?: number
  /** Share of votes below which an answer is rare, from 30 votes on, 0..1; default 0.015 = 3/(4·50). */
  readonly threshold?: number
  /** Whether a candidate with score 1 ends the prompt; default false: where votes help, a score proves nothing. */
  readonly stopWhenSolved?: boolean
}

/**
 * Best-of-Majority: frequent answers first, and among them the best mean score; unlike best-of-N it does not get
 * worse with more samples. Source: Di et al. 2025 (2510.03199), α = 3/(4 C*) with C* = 1/P(right) taken as 50. Below
 * 30 votes an answer is frequent if it was given twice or is one of the three given most.
 * Needs a verifier that both scores and extracts answers.
 *
 * @throws RangeError for an option out of range
 */
export function bestOfMajority(options: BestOfMajorityOptions = {}): Strategy {
  const { samples = Infinity, threshold = 0.015, stopWhenSolved = false } = options
  checkNames('best-of-majority', options, ['samples', 'threshold', 'stopWhenSolved'])
  checkWhole('samples', samples, 1, true)
  checkNumber('threshold', threshold, 0, 1)
  checkChoice('stopWhenSolved', stopWhenSolved, [true, false])

  const isFrequent = (votes: number, place: number, cast: number) =>
    cast < many ? votes >= repeated || place < keptWhenFew : votes / cast >= threshold || place === 0

  return {
    id: 'best-of-majority',
    decides: 'scores',
    settles: true,
    *propose(tree: Tree, view: View): Generator<Proposal> {
      if (stopWhenSolved && isSolved(tree)) return
      yield* samplesOf(tree, { model: view.models[0] ?? '' }, samples)
    },
    rank(tree) {
      const done = tree.nodes.filter((node) => node.state === 'done')
      // An unfinished answer is no vote, nor is one that no verifier could read.
      const votes = done.filter((node) => scoreOf(node) >= 0 && node.candidate?.finish !== 'length')
      const groups = groupsOf(votes).toSorted((left, right) => right.length - left.length)
      const frequent = groups.filter((group, place) => isFrequent(group.length, place, votes.length))
      const rare = groups.filter((group) => !frequent.includes(group))
      const ordered = [frequent, rare].flatMap((part) =>
        part.toSorted((left, right) => meanScore(right) - meanScore(left)).flat(),
      )
      return [...ordered, ...done.filter((node) => !votes.includes(node))].map((node) => node.step.id)
    },
  }
}

/** Candidates by answer, in the order of first mention; one without an answer stands alone. */
function groupsOf(nodes: readonly TreeNode[]): readonly (readonly TreeNode[])[] {
  const groups = new Map<string | TreeNode, TreeNode[]>()
  for (const node of nodes) {
    const key = (node.verdict?.kind === 'scored' ? node.verdict.answer : undefined) ?? node
    const group = groups.get(key)
    if (group) group.push(node)
    else groups.set(key, [node])
  }
  return [...groups.values()]
}

function meanScore(group: readonly TreeNode[]): number {
  return group.reduce((sum, node) => sum + scoreOf(node), 0) / group.length
}
