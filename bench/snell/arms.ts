import type { Strategy } from '../../src/contract.ts'
import { beam } from '../../strategies/beam.ts'
import { bestOfN } from '../../strategies/best-of-n.ts'
import { lookahead } from '../../strategies/lookahead.ts'
import { revise } from '../../strategies/revise.ts'
import { rankCandidates } from '../../strategies/search/rank-candidates.ts'

/** One way to spend N generations on a prompt. */
export interface ArmSpec {
  /** With its N, and for revisions sequential:parallel. */
  readonly name: string
  /** What it is whatever its N: arms of one family lie on one curve. */
  readonly family: string
  readonly strategy: Strategy
  /** Whether revisions hear what the exact verifier says; such an arm is shown, and never chosen. */
  readonly told?: true
}

/** Which N each family is run with. */
export interface ArmSizes {
  readonly bestOfN: readonly number[]
  readonly beam: readonly number[]
  readonly lookahead: readonly number[]
  /** Pairs of chain length and chains. */
  readonly revise: readonly (readonly [length: number, chains: number])[]
  readonly told: readonly (readonly [length: number, chains: number])[]
}

export const fullSizes: ArmSizes = {
  bestOfN: [1, 2, 4, 8, 16, 32],
  beam: [4, 8, 16],
  lookahead: [4],
  revise: [
    [2, 1],
    [2, 2],
    [4, 1],
    [2, 4],
    [4, 2],
    [8, 1],
    [4, 4],
  ],
  told: [],
}

export const quickSizes: ArmSizes = {
  bestOfN: [1, 2, 4, 8],
  beam: [4],
  lookahead: [4],
  revise: [
    [2, 1],
    [2, 2],
    [4, 1],
  ],
  told: [],
}

/** Children of a beam; the paper has M = 4 and √N. */
const beamWidth = 4

/** The arms, each with its N fixed for every prompt as in the paper, cheapest first within a family. */
export function armsOf(sizes: ArmSizes): readonly ArmSpec[] {
  const revision = ([length, chains]: readonly [number, number], told: boolean): ArmSpec => ({
    name: `revise${told ? ' told' : ''} ${length}:${chains}`,
    family: `revise${told ? ' told' : ''} ${length}`,
    strategy: judged(revise({ length, chains })),
    ...(told && { told: true }),
  })
  return [
    ...sizes.bestOfN.map((samples) => ({
      name: bestOfNName(samples),
      family: 'best-of-n',
      strategy: judged(bestOfN({ samples })),
    })),
    ...sizes.beam.map((beams) => ({
      name: `beam ${beams}`,
      family: 'beam',
      strategy: judged(beam({ beams, width: beamWidth, rounds: 1 })),
    })),
    ...sizes.lookahead.map((beams) => ({
      name: `lookahead ${beams}`,
      family: 'lookahead',
      strategy: judged(lookahead({ beams, width: beamWidth, rounds: 1, ahead: 1 })),
    })),
    ...sizes.revise.map((shape) => revision(shape, false)),
    ...sizes.told.map((shape) => revision(shape, true)),
  ]
}

export function bestOfNName(samples: number): string {
  return `best-of-n ${samples}`
}

/** The same rule of selection for every arm: process rewards summed by answer (best-of-N weighted). */
function judged(strategy: Strategy): Strategy {
  return { ...strategy, guided: true, rank: (tree) => rankCandidates(tree, 'weighted') }
}
