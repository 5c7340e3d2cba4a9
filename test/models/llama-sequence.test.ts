import type { LlamaContextSequence, Token } from 'node-llama-cpp'
import { expect, test } from 'vitest'
import { LlamaPool } from '../../src/models/llama-pool.ts'
import { LlamaSequence, type PromptTokens } from '../../src/models/llama-sequence.ts'

/** Holds tokens and notes in which portions they came. */
class FakeSequence {
  needsCheckpoints = false
  contextTokens: Token[] = []
  portions: number[] = []

  get nextTokenIndex(): number {
    return this.contextTokens.length
  }

  eraseContextTokenRanges([range]: readonly { readonly start: number }[]): Promise<void> {
    this.contextTokens.length = range?.start ?? 0
    return Promise.resolve()
  }

  evaluateWithoutGeneratingNewTokens(tokens: readonly Token[]): Promise<void> {
    this.contextTokens.push(...tokens)
    this.portions.push(tokens.length)
    return Promise.resolve()
  }
}

const native = (fake: FakeSequence) => fake as unknown as LlamaContextSequence
const going = { aborted: false }

/** A prompt of `base` tokens, of which the first `shared` are common to all, and a partial of `partial` tokens. */
function prompt(base: number, shared = base, partial = 0): PromptTokens {
  const tokens = Array.from({ length: base + partial }, (_, index) =>
    index < shared ? index : index + 1000 * shared,
  )
  return { tokens: tokens as Token[], base }
}

async function held(...prompts: readonly PromptTokens[]): Promise<FakeSequence> {
  const fake = new FakeSequence()
  const sequence = new LlamaSequence(native(fake))
  for (const each of prompts) {
    fake.portions = []
    await sequence.hold(each, going)
  }
  return fake
}

test('a prompt is computed in blocks and its last token with the partial one by one', async () => {
  const fake = await held(prompt(600, 600, 3))
  expect(fake.portions).toEqual([256, 256, 87, 1, 1, 1])
  expect(fake.contextTokens).toHaveLength(602)
})

test('the same prompt again costs nothing, and a longer partial only what is new', async () => {
  expect((await held(prompt(40), prompt(40))).portions).toEqual([])
  expect((await held(prompt(40, 40, 2), prompt(40, 40, 5))).portions).toEqual([1, 1, 1])
  expect((await held(prompt(40, 40, 5), prompt(40, 40, 2))).contextTokens).toHaveLength(41)
})

test('of another prompt only whole blocks are kept, so that portions are as in a fresh context', async () => {
  expect((await held(prompt(600), prompt(700, 590))).portions).toEqual([256 - 69])
  expect((await held(prompt(100), prompt(90, 80))).portions).toEqual([89])
  // The partial became a part of the conversation: it was computed one by one, and now comes in a block.
  expect((await held(prompt(300, 300, 200), prompt(500))).portions).toEqual([243])
})

test('nothing is kept where the state cannot be cut', async () => {
  const fake = new FakeSequence()
  fake.needsCheckpoints = true
  const sequence = new LlamaSequence(native(fake))
  await sequence.hold(prompt(40), going)
  await sequence.hold(prompt(40), going)
  expect(fake.portions).toEqual([39, 39])
})

test('an ending is asked for before each block', async () => {
  const fake = new FakeSequence()
  const sequence = new LlamaSequence(native(fake))
  const ending = {
    get aborted() {
      return fake.portions.length === 1
    },
  }
  expect(await sequence.hold(prompt(600), ending)).toBe(false)
  expect(fake.portions).toEqual([256])
  fake.portions = []
  expect(await sequence.hold(prompt(600), going)).toBe(true)
  expect(fake.portions).toEqual([256, 87])
})

test('a sample gets the free context that holds its prompt, else the one left alone the longest', async () => {
  const fakes = [new FakeSequence(), new FakeSequence(), new FakeSequence()]
  const pool = new LlamaPool(fakes.map((fake) => ({ getSequence: () => native(fake) }) as never))
  const { signal } = new AbortController()
  const used = async (each: PromptTokens) =>
    pool.lend(each, signal, async (sequence) => {
      await sequence.hold(each, going)
      return fakes.findIndex((fake) => native(fake) === sequence.sequence)
    })
  const [a, b, c, d] = [prompt(10, 1), prompt(20, 2), prompt(30, 3), prompt(40, 4)]
  expect(new Set([await used(a), await used(b), await used(c)]).size).toBe(3)
  const [ofA, ofB] = [await used(a), await used(b)]
  expect(await used(a)).toBe(ofA)
  // The one that held c has waited the longest.
  const ofD = await used(d)
  expect([ofA, ofB]).not.toContain(ofD)
  expect(await used(b)).toBe(ofB)
})
