import type { Strategy } from '../src/contract.ts'
import { checkNumber, checkWhole } from './options/check-options.ts'
import { unlike } from './search/likeness.ts'
import type { LevelPlan } from './search/levels.ts'
import { narrowed } from './search/narrowed.ts'
import { noReward } from './search/reward.ts'
import { searches } from './search/searches.ts'
import { setUp, type SearchOptions } from './search/setup.ts'

export interface RebaseOptions extends SearchOptions {
  /** Steps of the first level (W); every finished answer takes one from the levels that follow. Default 8. */
  readonly width?: number
  /** How evenly the width is split: small follows the best process reward, large splits it equally. Default 0.2. */
  readonly temperature?: number
  /** Share of common words from which two partials with the same numbers count as one; default 0.8. */
  readonly likeness?: number
}

/**
 * REBASE: each level's width is split over the partials by softmax(process reward / T), so that better ones get more
 * children and poor ones none; a finished answer takes one from the width. Source: Wu et al. 2024 (2408.00724, section
 * 3.2). Partials that say nearly the same are merged first, since each of them would be funded for the same direction
 * (2506.15707). The width narrows with the budget (see `narrowed`).
 *
 * Cost: at most W steps a level and W answers a round, so at most W answers' tokens, plus the guide's look at each step
 * and the prompt read again with each.
 * @throws RangeError for an option out of range
 */
export function rebase(options: RebaseOptions = {}): Strategy {
  const setup = setUp('rebase', options, ['width', 'temperature', 'likeness'])
  const { width = 8, temperature = 0.2, likeness = 0.8 } = options
  checkWhole('width', width, 1)
  checkNumber('temperature', temperature, 0.001)
  checkNumber('likeness', likeness, 0, 1)
  return {
    id: 'rebase',
    decides: 'scores',
    guided: true,
    propose: (tree, view) =>
      searches(tree, view, setup, {
        fullWidth: width,
        abreast: 1,
        width: narrowed(width, view.budgetLeft),
        places: width,
        allot: (level, places, opened) => {
          const partials = level.filter(({ node }) => node.partial !== undefined)
          const left = places - (level.length - partials.length)
          const funded =
            left > 0 ? split(partials, narrowed(left, view.budgetLeft), temperature, likeness) : []
          // What was paid for when there was more is not left behind.
          const kept = partials.filter(
            (branch) => opened(branch) > 0 && funded.every((share) => share.branch !== branch),
          )
          return { shares: [...funded, ...kept.map((branch) => ({ branch, width: 0 }))], places: left }
        },
      }),
    rank: setup.rank,
  }
}

/** What sums of weights are off by, so that a whole share stays whole. */
const rounding = 1e-9

/** ⌈remaining width × the share of what is not served yet⌉ each, best first, until the width is used up. */
function split(
  partials: Parameters<LevelPlan['allot']>[0],
  width: number,
  temperature: number,
  likeness: number,
): ReturnType<LevelPlan['allot']>['shares'] {
  const ranked = partials
    .map((branch) => ({ branch, reward: branch.rewards.at(-1) ?? noReward }))
    .toSorted((left, right) => right.reward - left.reward)
  const leaders = new Set(
    unlike(
      ranked.map(({ branch }) => branch.node),
      likeness,
    ),
  )
  const best = ranked.filter(({ branch }) => leaders.has(branch.node))
  const highest = best[0]?.reward ?? 0
  const weights = best.map(({ reward }) => Math.exp((reward - highest) / temperature))
  let unserved = weights.reduce((sum, weight) => sum + weight, 0)
  let remaining = width
  const shares: { branch: (typeof best)[number]['branch']; width: number }[] = []
  for (const [order, { branch }] of best.entries()) {
    const weight = weights[order] ?? 0
    const own = Math.min(remaining, Math.ceil((remaining * weight) / unserved - rounding))
    if (!(own > 0)) break
    shares.push({ branch, width: own })
    remaining -= own
    unserved -= weight
  }
  return shares
}
