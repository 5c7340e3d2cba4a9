import { stepId, type Span, type Step, type TreeNode, type View } from '../../src/contract.ts'
import { greedy, type Forest } from './forest.ts'
import { rewardOf } from './reward.ts'

/** How many failed steps of one place are replaced before it is left with what it has. */
export const replacements = 3

/** A partial or candidate of a level, with the process rewards that led to it. */
export interface Branch {
  readonly node: TreeNode
  /** Of every step from the beginning, this one's last. */
  readonly rewards: readonly number[]
  /** What the branch is judged by: its rewards, and those of the steps looked ahead. */
  readonly outlook: readonly number[]
}

/** A branch that goes on, and how many children it gets. */
export interface Share {
  readonly branch: Branch
  readonly width: number
}

/** What makes one search different from another. */
export interface LevelPlan {
  readonly model: string
  readonly span: Span
  /** After this many steps the answer is finished in one go. */
  readonly depth: number
  /** Which search of the prompt this is: its first steps have their own indices. */
  readonly search: number
  /** First steps. */
  readonly width: number
  /** Places at the start: beams, or the whole width where finished answers use it up. */
  readonly places: number
  /** Searches of this prompt that grow before this one and have their answers to finish. */
  readonly held: number
  /** Searches of this prompt that may grow at once. */
  readonly abreast: number
  /** Greedy steps that every partial is judged after. */
  readonly ahead: number
  /**
   * Which partials of a finished level go on, best first, and how many places are left for the levels to come.
   * `opened` counts the children a branch has in the tree already.
   */
  readonly allot: (
    level: readonly Branch[],
    places: number,
    opened: (branch: Branch) => number,
  ) => { readonly shares: readonly Share[]; readonly places: number }
}

export interface Growth {
  /** The steps wanted now, those in flight included, and their number on the way from the beginning. */
  readonly wanted: readonly { readonly step: Step; readonly at: number }[]
  /** `barren`: it ended before anything came back, for want of room or because its first steps failed. */
  readonly state: 'growing' | 'ended' | 'barren'
}

/** Where a level's children hang: at the beginning, or at a branch of the level before. */
interface Place {
  readonly branch?: Branch
  readonly width: number
}

/**
 * A search level by level, replayed from the tree: every level waits for all of its steps, then the plan says which
 * branches go on. Levels that led on are never reopened, so that a budget that shrinks or a reservation that is given
 * back changes only what is still to come. A step that failed is replaced, three times at one place.
 *
 * No branch is opened that cannot be finished: a step needs room for one answer more than there are places, since it is
 * paid for on top of them. Where that is not there the n-th best place is still finished, in one go, if n answers fit.
 */
export function grow(forest: Forest, view: View, plan: LevelPlan): Growth {
  let places: readonly Place[] = [{ width: plan.width }]
  let left = plan.places
  const opened = (branch: Branch) => forest.children(branch.node.step.id).length
  for (let at = 1; places.length > 0 && at <= plan.depth; at += 1) {
    const broods = places.map((place) => broodOf(forest, place, plan, at))
    // Answers that must still fit when a step more than the least is taken: one for every place, and its own.
    const spare = plan.abreast + places.length
    const outlooks = broods
      .flatMap((brood) => brood.branches)
      .map((branch) => lookAhead(forest, view, branch, plan, at, spare))
    const awaited = [
      ...broods.flatMap((brood) => brood.pending.map((step) => ({ step, at }))),
      ...outlooks.flatMap((outlook) => outlook.wanted),
    ]
    const level = outlooks.map((outlook) => outlook.branch)
    const next = awaited.length === 0 ? plan.allot(level, left, opened) : undefined
    if (!next?.shares.some(({ branch }) => opened(branch) > 0)) {
      const wanted = [
        ...awaited,
        ...openings(forest, view, broods, plan, spare).map((step) => ({ step, at })),
      ]
      if (wanted.length > 0) return { wanted, state: 'growing' }
    }
    places = next?.shares ?? []
    left = next?.places ?? 0
  }
  const first = forest.first(plan.search)
  return { wanted: [], state: first.every((node) => node.state === 'failed') ? 'barren' : 'ended' }
}

interface Brood {
  readonly branches: readonly Branch[]
  readonly pending: readonly Step[]
  /** Steps that may be asked for besides, in order. */
  readonly missing: readonly Step[]
  /** Whether nothing was asked for yet. */
  readonly untouched: boolean
}

/** The children of a place: what came back, what is in flight, and what is missing to its width. */
function broodOf(forest: Forest, { branch, width }: Place, plan: LevelPlan, at: number): Brood {
  const id = branch?.node.step.id
  const sampled = id === undefined ? forest.first(plan.search) : forest.children(id)
  // A greedy step that was paid for to look ahead is a child like any other.
  const looked = id === undefined || plan.ahead === 0 ? undefined : forest.rollouts(id).find(cameBack)
  const branches: Branch[] = []
  const pending: Step[] = []
  const used = new Set<number>()
  for (const node of looked ? [looked, ...sampled] : sampled) {
    if (node !== looked) used.add(node.step.index)
    if (node.state === 'pending') pending.push(node.step)
    if (!cameBack(node)) continue
    const rewards = [...(branch?.rewards ?? []), rewardOf(node)]
    branches.push({ node, rewards, outlook: rewards })
  }
  const lost = sampled.length + (looked ? 1 : 0) - branches.length - pending.length
  const wanted = lost > replacements ? 0 : width - branches.length - pending.length
  const missing: Step[] = []
  for (
    let index = id === undefined ? forest.firstIndex(plan.search) : 0;
    missing.length < wanted;
    index += 1
  ) {
    if (!used.has(index)) missing.push(extension(plan, at, id, index))
  }
  return { branches, pending, missing, untouched: branches.length + pending.length === 0 }
}

/** Follows a partial's greedy steps; what is missing of them is wanted, up to the bound on failures. */
function lookAhead(
  forest: Forest,
  view: View,
  branch: Branch,
  plan: LevelPlan,
  at: number,
  spare: number,
): { readonly branch: Branch; readonly wanted: Growth['wanted'] } {
  if (plan.ahead === 0) return { branch, wanted: [] }
  const outlook = [...branch.outlook]
  let { node } = branch
  for (let step = 1; step <= plan.ahead && at + step <= plan.depth && node.partial !== undefined; step += 1) {
    const rollouts = forest.rollouts(node.step.id)
    const pending = rollouts.find((rollout) => rollout.state === 'pending')
    const back = rollouts.find(cameBack)
    if (!back && pending) return { branch, wanted: [{ step: pending.step, at: at + step }] }
    if (!back) {
      const next = extension(plan, at + step, node.step.id, rollouts.length, true)
      const opens = rollouts.length < replacements && view.fits(next, spare)
      return opens
        ? { branch, wanted: [{ step: next, at: at + step }] }
        : { branch: { ...branch, outlook }, wanted: [] }
    }
    outlook.push(rewardOf(back))
    node = back
  }
  return { branch: { ...branch, outlook }, wanted: [] }
}

/**
 * New steps of a level: first one child for every place, best place first, then their siblings. Where there is no room
 * to choose between siblings a place is finished in one go, once nothing is in flight whose reservation could make room.
 */
function openings(
  forest: Forest,
  view: View,
  broods: readonly Brood[],
  plan: LevelPlan,
  spare: number,
): readonly Step[] {
  const most = Math.max(0, ...broods.map((brood) => brood.missing.length))
  const steps: Step[] = []
  for (let turn = 0; turn < most; turn += 1) {
    for (const [order, { missing, untouched }] of broods.entries()) {
      const step = missing[turn]
      if (!step) continue
      if (view.fits(step, spare)) steps.push(step)
      else if (untouched && turn === 0 && !forest.inFlight && view.fits(step, plan.held + order + 1)) {
        steps.push(extension(plan, plan.depth, step.parents[0], step.index))
      }
    }
  }
  return steps
}

function extension(
  plan: LevelPlan,
  at: number,
  parent: string | undefined,
  index: number,
  ahead = false,
): Step {
  const step: Omit<Step, 'id'> = {
    kind: 'extend',
    model: plan.model,
    parents: parent === undefined ? [] : [parent],
    index,
    ...(at < plan.depth ? { span: plan.span } : {}),
    ...(ahead ? { variation: greedy } : {}),
  }
  return { ...step, id: stepId(step) }
}

function cameBack(node: TreeNode): boolean {
  return node.state === 'done' && (node.partial !== undefined || node.candidate !== undefined)
}
