import type { Policy } from './policies.ts'
import type { Sprout } from './sprouts.ts'

export interface Descent {
  readonly policy: Policy
  /** Most children of a node. */
  readonly cap: number
  /** Whether a node can have another child at all. */
  readonly canGrow: (sprout: Sprout) => boolean
}

/** The node that gets a new child; undefined when there is none, or all is in flight. */
export function descend(root: Sprout, { policy, cap, canGrow }: Descent): Sprout | undefined {
  const open = new Map<Sprout, boolean>()
  const mayWiden = (sprout: Sprout) => sprout.children.length < cap && canGrow(sprout)
  const isOpen = (sprout: Sprout): boolean => {
    let known = open.get(sprout)
    if (known === undefined) {
      known = mayWiden(sprout) || sprout.children.some(isOpen)
      open.set(sprout, known)
    }
    return known
  }
  let sprout = root
  for (;;) {
    const children = sprout.children.filter(isOpen)
    const wider = mayWiden(sprout)
    if (children.length === 0) return wider ? sprout : undefined
    const next = policy.choose(sprout, children, wider)
    if (!next) return sprout
    sprout = next
  }
}
