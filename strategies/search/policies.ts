import { drawMean, type Arm, type Posterior } from './arm.ts'
import type { Draw } from './random-draws.ts'
import type { Sprout } from './sprouts.ts'

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
        const deeper = children.reduce((arm, child) => deeperOf(arm, child), empty)
        if (drawMean(sprout.wider, posterior, draw) >= drawMean(deeper, posterior, draw)) return undefined
      }
      return largest(children, (child) => drawMean(child.through, posterior, draw))
    },
  }
}

/**
 * UCB1 on the same arms: mean reward plus `exploration` × √(ln visits of the node / visits of the arm); a step in
 * flight counts as a visit that brought nothing, so that steps at the same time spread. Source: Kocsis and Szepesvári
 * 2006, "Bandit based Monte-Carlo planning".
 */
export function uct(exploration: number): Policy {
  return {
    choose(sprout, children, mayWiden) {
      const visits = Math.log(Math.max(1, visitsOf(sprout.wider) + visitsOf(sprout.through)))
      const bound = (arm: Sprout['wider']) =>
        arm.sum / Math.max(1, visitsOf(arm)) + exploration * Math.sqrt(visits / Math.max(1, visitsOf(arm)))
      const child = largest(children, (each) => bound(each.through))
      return mayWiden && child && bound(sprout.wider) >= bound(child.through) ? undefined : child
    },
  }
}

/** The child with the best reward of its own, the first among equals: a path that stays the same while it grows. */
export const straightOn: Policy = {
  choose: (_, children) => largest(children, (child) => child.reward ?? -1),
}

const empty: Arm = { count: 0, sum: 0, squares: 0 }

/** Adds what was reached below a child, its own reward left out. */
function deeperOf(arm: Arm, { through, reward }: Sprout): Arm {
  const own = reward ?? 0
  return {
    count: arm.count + through.count - (reward === undefined ? 0 : 1),
    sum: Math.max(0, arm.sum + through.sum - own),
    squares: Math.max(0, arm.squares + through.squares - own ** 2),
  }
}

function visitsOf({ count, pending }: Sprout['wider']): number {
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
