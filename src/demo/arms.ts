import type { Json } from '../contract.ts'

/** One way to spend the budget of the demo. */
export interface ArmPlan {
  readonly title: string
  /** Which of the pair it may use, its own first. */
  readonly models: readonly ('small' | 'large')[]
  readonly strategy: string
  readonly options: { readonly [key: string]: Json }
  /** `uniform`: the same number of tries for all; `drop-solved`: round robin; `outthink`: the engine's own. */
  readonly allocation: 'uniform' | 'drop-solved' | 'outthink'
}

export const armNames = ['large_once', 'large', 'uniform', 'drop_solved', 'outthink', 'escalate'] as const
export type ArmName = (typeof armNames)[number]

/** All of them have the same compute and the same draws of the same two models. */
export const arms: Readonly<Record<ArmName, ArmPlan>> = {
  large_once: {
    title: 'large, one sample each',
    models: ['large'],
    strategy: 'best-of-n',
    options: { samples: 1 },
    allocation: 'drop-solved',
  },
  large: {
    title: 'large, outthink',
    models: ['large'],
    strategy: 'auto',
    options: {},
    allocation: 'outthink',
  },
  uniform: {
    title: 'small, uniform best-of-N',
    models: ['small'],
    strategy: 'best-of-n',
    options: { stopWhenSolved: false },
    allocation: 'uniform',
  },
  drop_solved: {
    title: 'small, drop-solved round robin',
    models: ['small'],
    strategy: 'best-of-n',
    options: {},
    allocation: 'drop-solved',
  },
  outthink: {
    title: 'small, outthink',
    models: ['small'],
    strategy: 'auto',
    options: {},
    allocation: 'outthink',
  },
  escalate: {
    title: 'small or large, outthink',
    models: ['small', 'large'],
    strategy: 'auto',
    options: {},
    allocation: 'outthink',
  },
}
