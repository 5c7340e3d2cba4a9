import { drawMean, type Posterior } from './arm.ts'
import type { Draw } from './random-draws.ts'
import { Tally, type Sprout } from './sprouts.ts'

/** How a tree search chooses at a node between a new child and one of those it has. */
export interface Policy {
  /** The child to go on from, or undefined for a new one. `children` is not empty. */
  choose(sprout: Sprout, children: readonly Sprout[], mayWiden: boolean): Sprout | undefined
}

/**
 * Thompson sampling: wider when a draw of what new children bring is at least a draw of what deeper steps bring, else
 * to the child with the largest draw. Source: AB-MCTS-A (2503.04412, section 3). A child's own reward counts in its
 * arm, so that a fresh good child is told from a fresh poor one.
 */
export function thompson(posterior: Posterior, draw: Draw): Policy {
  return {
    choose(sprout, children, mayWiden) {
      if (mayWiden) {
        const deeper = drawMean(deeperOf(children), posterior, draw)
        if (drawMean(sprout.wider, posterior, draw) >= deeper) return undefined
      }
      return largest(children, (child) => drawMean(child.through, posterior, draw))
    },
  }
}

/**
 * Upper bounds on the same arms: mean reward plus `exploration` × √(ln visits of all / visits of the arm); what was
 * never tried comes first, and a step in flight counts as a visit that brought nothing, so that steps at the same time
 * spread. Source: UCT, Kocsis and Szepesvári 2006, "Bandit based Monte-Carlo planning".
 */
export function uct(exploration: number): Policy {
  return {
    choose(sprout, children, mayWiden) {
      const bound = (arm: Tally, visits: number) => {
        const own = arm.count + arm.pending
        return own === 0 ? Infinity : arm.sum / own + exploration * Math.sqrt(Math.log(visits) / own)
      }
      if (mayWiden) {
        const deeper = deeperOf(children)
        const visits = visitsOf(sprout.wider) + visitsOf(deeper)
        if (bound(sprout.wider, visits) > bound(deeper, visits)) return undefined
      }
      const visits = children.reduce((sum, { through }) => sum + visitsOf(through), 0)
      return largest(children, ({ through }) => bound(through, visits))
    },
  }
}

/** The child with the best reward of its own, the first among equals: a path that stays the same while it grows. */
export const straightOn: Policy = {
  choose: (_, children) => largest(children, (child) => child.reward ?? -1),
}

/** What was reached below the children, their own rewards left out. */
function deeperOf(children: readonly Sprout[]): Tally {
  const arm = new Tally()
  for (const { through, reward } of children) {
    arm.add(through)
    if (reward === undefined) continue
    arm.count -= 1
    arm.sum -= reward
    arm.squares -= reward * reward
  }
  // What is left of equal sums must be neither less than nothing nor more than all.
  arm.sum = Math.max(0, Math.min(arm.sum, arm.count))
  arm.squares = Math.max(0, arm.squares)
  return arm
}

function visitsOf({ count, pending }: Tally): number {
  return count + pending
}

function largest(children: readonly Sprout[], value: (child: Sprout) => number): Sprout | undefined {
  let best: Sprout | undefined
  let most = -Infinity
  for (const child of children) {
    const own = value(child)
    if (own > most) {
      best = child
      most = own
    }
  }
  return best
}
