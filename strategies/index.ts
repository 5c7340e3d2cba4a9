import type { Json, Strategy } from '../src/contract.ts'
import { auto } from './auto.ts'
import { beam } from './beam.ts'
import { bestOfMajority } from './best-of-majority.ts'
import { bestOfN } from './best-of-n.ts'
import { diverse } from './diverse.ts'
import { dvts } from './dvts.ts'
import { escalate } from './escalate.ts'
import { lookahead } from './lookahead.ts'
import { membersOf } from './options/members-of.ts'
import { rebase } from './rebase.ts'
import { revise } from './revise.ts'
import { selfConsistency } from './self-consistency.ts'
import { thinkLonger } from './think-longer.ts'
import { treeSearch } from './tree-search.ts'

type Makers = Readonly<Record<string, (options: { readonly [key: string]: Json }) => Strategy>>

const members: Makers = {
  'best-of-n': bestOfN,
  'self-consistency': selfConsistency,
  'best-of-majority': bestOfMajority,
  revise,
  diverse,
  escalate,
  'think-longer': thinkLonger,
  beam,
  dvts,
  rebase,
  lookahead,
  'tree-search': treeSearch,
}

/** What `auto` chooses from unless told: what needs no process reward, and beam search where there is one. */
const usualMembers: Json = ['best-of-n', 'revise', 'escalate', 'think-longer']
const guidedMembers: Json = ['beam']

/** Every strategy by its name; each takes its own options as plain data. */
export const strategies: Makers = {
  ...members,
  auto: ({ members: chosen, guided = false, candidates }) =>
    auto(
      membersOf(members, chosen ?? (guided === true ? [...usualMembers, ...guidedMembers] : usualMembers)),
      typeof candidates === 'number' ? { candidates } : {},
    ),
}
