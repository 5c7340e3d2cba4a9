import { describe, expect, it } from 'vitest'
import { choose } from '../../src/aggregate/choose.ts'
import type { Finish, Tree, TreeNode, Verdict } from '../../src/contract.ts'
import { bestOfN } from '../../strategies/best-of-n.ts'
import { selfConsistency } from '../../strategies/self-consistency.ts'

const scored = (score: number, answer?: string): Verdict => ({
  kind: 'scored',
  score,
  ...(answer !== undefined && { answer }),
})
const failed: Verdict = { kind: 'failed', code: 'timeout', message: 'too slow' }

function treeOf(list: readonly { verdict?: Verdict; finish?: Finish; state?: TreeNode['state'] }[]): Tree {
  const nodes = list.map(({ verdict, finish = 'stop', state = 'done' }, index): TreeNode => ({
    step: { id: String(index), kind: 'sample', model: 'm', parents: [], index },
    state,
    ...(state === 'done' && { candidate: { text: String(index), finish } }),
    ...(verdict && { verdict }),
  }))
  return { prompt: { id: 'p', messages: [] }, nodes, node: (id) => nodes[Number(id)] }
}

const text = (
  tree: Tree,
  ...rest: [strategy: Parameters<typeof choose>[1], proves: boolean, options?: Parameters<typeof choose>[3]]
) => choose(tree, ...rest)?.node.candidate?.text

describe('choose', () => {
  it('takes a proven candidate whatever else there is', () => {
    const tree = treeOf([{ verdict: scored(0.9) }, { verdict: scored(1) }, { verdict: scored(0) }])
    expect(choose(tree, bestOfN(), true)).toMatchObject({
      verified: true,
      node: { candidate: { text: '1' } },
    })
    expect(choose(tree, bestOfN(), true, { noisy: true })?.verified).toBe(true)
  })

  it('never takes failed or cancelled steps, and a cut one only when there is no other', () => {
    expect(choose(treeOf([{ state: 'failed' }, { state: 'cancelled' }]), bestOfN(), true)).toBeUndefined()
    expect(
      text(treeOf([{ verdict: scored(0.9), finish: 'length' }, { verdict: failed }]), bestOfN(), false),
    ).toBe('1')
    expect(text(treeOf([{ verdict: scored(0.9), finish: 'length' }]), bestOfN(), false)).toBe('0')
  })

  it('counts votes, a tie going to the first', () => {
    const tree = treeOf([
      { verdict: scored(1, 'x') },
      { verdict: scored(1, 'y') },
      { verdict: failed },
      { verdict: scored(0, 'y') },
      { verdict: scored(1, 'x') },
    ])
    expect(text(tree, selfConsistency(), false)).toBe('0')
  })

  it('weighs frequency and verdict where error rates are known', () => {
    const tree = treeOf([
      { verdict: scored(1, 'rare') },
      ...Array.from({ length: 9 }, () => ({ verdict: scored(1, 'often') })),
    ])
    const options = { noisy: true, errorRates: { truePositive: 0.8, falsePositive: 0.2 } }
    expect(text(tree, bestOfN(), false)).toBe('0')
    expect(text(tree, bestOfN(), false, options)).toBe('1')
  })

  it('does not search for the errors of a score that proves nothing', () => {
    const tree = treeOf(Array.from({ length: 20 }, (_, index) => ({ verdict: scored(index / 20) })))
    expect(text(tree, bestOfN(), false)).toBe('19')
    expect(text(tree, bestOfN(), false, { noisy: true })).toBe('7')
  })

  it('lets an aggregation abstain into the strategy’s own order, and takes one that was learned', () => {
    const tree = treeOf([{ verdict: scored(0.1, 'a') }, { verdict: scored(0.7, 'b') }])
    expect(text(tree, bestOfN(), false, { aggregation: () => undefined })).toBe('1')
    expect(
      choose(tree, bestOfN(), false, { aggregation: () => ({ ballot: 0, confidence: 0.3 }) }),
    ).toMatchObject({
      confidence: 0.3,
      node: { candidate: { text: '0' } },
    })
  })
})
