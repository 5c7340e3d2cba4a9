import type { Json, Strategy } from '../src/contract.ts'
import { bestOfN } from './best-of-n.ts'
import { selfConsistency } from './self-consistency.ts'

/** Every strategy by its name; each takes its own options as plain data. */
export const strategies: Readonly<Record<string, (options: { readonly [key: string]: Json }) => Strategy>> = {
  'best-of-n': bestOfN,
  'self-consistency': selfConsistency,
}
