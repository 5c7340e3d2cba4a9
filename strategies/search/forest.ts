import type { Span, Step, Tree, TreeNode } from '../../src/contract.ts'

/** Steps that an answer is taken to need until one has been seen to its end. */
const guessedLength = 8

export interface ForestOptions {
  readonly model: string
  readonly span: Span
  /** How many of the indices of first steps belong to one search: search `s` has those from `s × block` on. */
  readonly block: number
}

/**
 * The `extend` steps of one model in a prompt's tree, by what they extend: whoever asked for them, so that strategies
 * share them. Read once per decision, in time linear in the tree.
 */
export class Forest {
  readonly #block: number
  readonly #children = new Map<string, TreeNode[]>()
  readonly #rollouts = new Map<string, TreeNode[]>()
  readonly #first = new Map<number, TreeNode[]>()
  /** Mean steps of the answers that are there, else a guess of 8. */
  readonly meanLength: number
  /** Whether any of them is in flight. */
  readonly inFlight: boolean

  constructor(tree: Tree, { model, span, block }: ForestOptions) {
    this.#block = block
    const lengths = new Map<string, number>()
    let steps = 0
    let answers = 0
    let inFlight = false
    for (const node of tree.nodes) {
      const { step } = node
      if (step.kind !== 'extend' || step.model !== model || step.effort !== undefined) continue
      if (step.span !== undefined && !sameSpan(step.span, span)) continue
      if (node.state === 'pending') inFlight = true
      const parent = step.parents[0]
      const length = 1 + (parent === undefined ? 0 : (lengths.get(parent) ?? 0))
      lengths.set(step.id, length)
      if (node.candidate) {
        steps += length
        answers += 1
      }
      if (isRollout(step)) {
        if (parent !== undefined) add(this.#rollouts, parent, node)
      } else if (step.variation === undefined) {
        if (parent === undefined) add(this.#first, Math.floor(step.index / block), node)
        else add(this.#children, parent, node)
      }
    }
    this.inFlight = inFlight
    this.meanLength = answers > 0 ? steps / answers : guessedLength
  }

  /** The first steps of a search. */
  first(search: number): readonly TreeNode[] {
    return this.#first.get(search) ?? []
  }

  /** The index that the first step of a search counts from. */
  firstIndex(search: number): number {
    return search * this.#block
  }

  /** What was sampled from a partial. */
  children(id: string): readonly TreeNode[] {
    return this.#children.get(id) ?? []
  }

  /** The greedy steps from a partial. */
  rollouts(id: string): readonly TreeNode[] {
    return this.#rollouts.get(id) ?? []
  }
}

/** What makes a step greedy: the likeliest continuation, to look ahead with. */
export const greedy = { temperature: 0 } as const

function isRollout({ variation }: Step): boolean {
  return variation?.temperature === greedy.temperature && variation.instruction === undefined
}

/** Whether two spans end at the same place. */
export function sameSpan(left: Span, right: Span): boolean {
  return 'tokens' in left
    ? 'tokens' in right && left.tokens === right.tokens
    : 'delimiter' in right && left.delimiter === right.delimiter
}

/** Keeps siblings by index, so that ties fall the same way in whatever order they were asked for. */
function add<Key>(lists: Map<Key, TreeNode[]>, key: Key, node: TreeNode): void {
  const list = lists.get(key)
  if (!list) {
    lists.set(key, [node])
    return
  }
  let place = list.length
  while (place > 0 && (list[place - 1]?.step.index ?? 0) > node.step.index) place -= 1
  list.splice(place, 0, node)
}
