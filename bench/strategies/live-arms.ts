import type { Json } from '../../src/contract.ts'

/** One strategy as it is run: by its registered name, with its options, on some of the models. */
export interface LiveArm {
  readonly name: string
  readonly strategy: string
  readonly options: { readonly [key: string]: Json }
  /** Models that may sample, the caller's own first. */
  readonly models: readonly ('small' | 'large')[]
  /** Whether it needs process rewards. */
  readonly guided: boolean
}

const small = ['small'] as const
const pair = ['small', 'large'] as const

/** Every strategy that has something of its own where the verifier is exact; votes and efforts have not. */
export const singles: readonly LiveArm[] = [
  arm('best-of-n', 'best-of-n', small),
  arm('revise', 'revise', small),
  arm('revise clean', 'revise', small, { form: 'clean' }),
  arm('tree-search', 'tree-search', small),
  arm('beam', 'beam', small, { beams: 4, width: 2 }, true),
  arm('dvts', 'dvts', small, { beams: 4, width: 2 }, true),
  arm('rebase', 'rebase', small, { width: 4 }, true),
  arm('lookahead', 'lookahead', small, { beams: 4, width: 2 }, true),
  arm('escalate', 'escalate', pair),
  arm('best-of-n large', 'best-of-n', ['large']),
]

const members: Json = [
  'best-of-n',
  'revise',
  { name: 'revise', form: 'clean' },
  'escalate',
  { name: 'beam', beams: 4, width: 2 },
]

export const auto = arm('auto', 'auto', pair, { members }, true)

/** `auto` without one kind of step each, by the name of that kind. */
export const ablations: Readonly<Record<string, LiveArm>> = {
  revise: arm('auto without revise', 'auto', pair, { members: without(['revise']) }, true),
  extend: arm('auto without extend', 'auto', pair, { members: without(['beam']) }),
  'sample large': arm('auto without sample large', 'auto', small, { members: without(['escalate']) }, true),
}

/** The arms that `--quick` keeps, besides `auto` and its ablations. */
export const quickSingles: readonly LiveArm[] = singles.filter(({ name }) =>
  ['best-of-n', 'revise', 'beam', 'escalate', 'best-of-n large'].includes(name),
)

function arm(
  name: string,
  strategy: string,
  models: LiveArm['models'],
  options: LiveArm['options'] = {},
  guided = false,
): LiveArm {
  return { name, strategy, options, models, guided }
}

function without(names: readonly string[]): Json {
  return (members as readonly (string | { readonly name: string })[]).filter(
    (member) => !names.includes(typeof member === 'string' ? member : member.name),
  )
}
