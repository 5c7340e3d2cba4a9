import { binCount, binsCutOn } from '../strategies/difficulty-bins.ts'

/** One arm with one N: what it did with each prompt. */
export interface Config {
  readonly name: string
  readonly right: readonly boolean[]
  readonly tokens: readonly number[]
}

export interface ChoiceInput {
  /** Arms on their own: what may be run without knowing how hard prompts are. */
  readonly plain: readonly Config[]
  /** The same arms after the probe, its tokens charged and its answers used. */
  readonly probed: readonly Config[]
  /** Predicted difficulty of each prompt, from its probe. */
  readonly predicted: readonly number[]
  readonly halves: readonly number[]
}

/** What is done with each prompt: indices of configs, and whether its difficulty was asked for. */
export interface Plan {
  /** The config of every prompt. */
  readonly config: readonly number[]
  /** By half of the prompts that are served: whether they are probed. */
  readonly probes: readonly boolean[]
}

/**
 * The compute-optimal choice of Snell et al. 2024 (2408.03314, section 3.2) at a budget per prompt: for each bin of
 * predicted difficulty the arm that was right most often on one half of the prompts, used on the other half, both ways.
 * Bins are cut on the half that chooses, where few prompts in a bin are not believed alone (see `estimates`). Only arms whose mean tokens in the bin are within the budget are candidates;
 * among equals the cheaper. Where the best single arm without a probe does better on the choosing half, nothing is probed.
 */
export function computeOptimal(input: ChoiceInput, budget: number | readonly number[]): Plan {
  return planOf(input, (half) => {
    const bins = binsCutOn(half, input.predicted, input.halves)
    const limit = (bin: number) => (typeof budget === 'number' ? budget : (budget[bin] ?? 0))
    const inHalf = (prompt: number) => input.halves[prompt] === half
    const byBin = Array.from({ length: binCount }, (_, bin) => {
      const prompts = indices(input.predicted.length, (prompt) => inHalf(prompt) && bins[prompt] === bin)
      return bestWithin(estimates(input.probed, prompts, indices(bins.length, inHalf)), limit(bin))
    })
    // A budget per bin is one that knows the bins already.
    const single =
      typeof budget === 'number'
        ? bestWithin(figures(input.plain, indices(input.predicted.length, inHalf)), budget)
        : undefined
    return { bins, byBin, single, ...(typeof budget === 'number' && { budget }) }
  })
}

/**
 * The same with one budget over all prompts instead of one per prompt: every bin takes the arm with the largest
 * accuracy − price × tokens, so that prompts where more does not help leave their share to the others.
 */
export function sharedOptimal(input: ChoiceInput, price: number): Plan {
  return planOf(input, (half) => {
    const bins = binsCutOn(half, input.predicted, input.halves)
    const inHalf = (prompt: number) => input.halves[prompt] === half
    const byBin = Array.from({ length: binCount }, (_, bin) => {
      const prompts = indices(input.predicted.length, (prompt) => inHalf(prompt) && bins[prompt] === bin)
      const estimated = estimates(input.probed, prompts, indices(bins.length, inHalf))
      return largest(estimated, ({ accuracy, tokens }) => accuracy - price * tokens)
    })
    const single = largest(
      figures(input.plain, indices(input.predicted.length, inHalf)),
      ({ accuracy, tokens }) => accuracy - price * tokens,
    )
    return { bins, byBin, single, price }
  })
}

/** A price too small to buy anything with: the cheaper of equals is taken. */
const cheaper = 1e-9

interface HalfChoice {
  readonly bins: readonly number[]
  readonly byBin: readonly number[]
  readonly single: number | undefined
  readonly price?: number
  readonly budget?: number
}

function planOf(input: ChoiceInput, choose: (half: number) => HalfChoice): Plan {
  const { plain, probed, predicted, halves } = input
  const config: number[] = predicted.map(() => 0)
  const probes: boolean[] = [true, true]
  for (const half of [0, 1]) {
    const { bins, byBin, single, price = 0, budget = Infinity } = choose(half)
    const own = indices(predicted.length, (prompt) => halves[prompt] === half)
    const binned = own.map((prompt) => figuresOf(probed[byBin[bins[prompt] ?? 0] ?? 0], [prompt]))
    const sum = (value: (each: Figures) => number) =>
      binned.reduce((total, each) => total + value(each), 0) / own.length
    const worthOf = ({ accuracy, tokens }: Figures) => accuracy - (price + cheaper) * tokens
    const worth = sum(worthOf)
    const alone = single === undefined ? undefined : figuresOf(plain[single], own)
    const tooDear = sum(({ tokens }) => tokens) > budget
    const unprobed = alone !== undefined && (tooDear || worthOf(alone) >= worth)
    probes[1 - half] = !unprobed
    for (const [prompt, other] of halves.entries()) {
      if (other === half) continue
      config[prompt] = unprobed ? (single ?? 0) : (byBin[bins[prompt] ?? 0] ?? 0)
    }
  }
  return { config, probes }
}

/** What a plan did with each prompt. */
export function followed(input: ChoiceInput, { config, probes }: Plan, name: string): Config {
  const taken = input.predicted.map((_, prompt) => {
    const from = probes[input.halves[prompt] ?? 0] === true ? input.probed : input.plain
    return from[config[prompt] ?? 0]
  })
  return {
    name,
    right: taken.map((each, prompt) => each?.right[prompt] === true),
    tokens: taken.map((each, prompt) => each?.tokens[prompt] ?? 0),
  }
}

/** The arm within a budget that is right most often, the cheaper among equals; the cheapest where none is within it. */
function bestWithin(arms: readonly Figures[], budget: number): number {
  const within = arms.some(({ tokens }) => tokens <= budget)
  return largest(arms, ({ accuracy, tokens }) => {
    if (!within) return -tokens
    return tokens <= budget ? accuracy - cheaper * tokens : -Infinity
  })
}

function largest(arms: readonly Figures[], worth: (arm: Figures) => number): number {
  let best = 0
  let most = -Infinity
  for (const [index, arm] of arms.entries()) {
    const own = worth(arm)
    if (own > most) [best, most] = [index, own]
  }
  return best
}

function figures(configs: readonly Config[], prompts: readonly number[]): readonly Figures[] {
  return configs.map((config) => figuresOf(config, prompts))
}

/** So many prompts of a bin count as much as what all bins together say of an arm. */
const pulledBy = 10

/**
 * What arms are expected to do in a bin: as they did there, but how an arm differs from the mean of all arms is pulled
 * towards how it differs over all bins. A bin of few prompts has a best arm by luck otherwise.
 */
function estimates(
  configs: readonly Config[],
  bin: readonly number[],
  half: readonly number[],
): readonly Figures[] {
  const here = figures(configs, bin)
  const everywhere = figures(configs, half)
  const mean = (arms: readonly Figures[]) =>
    arms.reduce((sum, { accuracy }) => sum + accuracy, 0) / Math.max(1, arms.length)
  const [meanHere, meanEverywhere] = [mean(here), mean(everywhere)]
  const weight = bin.length / (bin.length + pulledBy)
  return here.map(({ accuracy, tokens }, arm) => {
    const own = accuracy - meanHere
    const general = (everywhere[arm]?.accuracy ?? 0) - meanEverywhere
    return { accuracy: meanHere + weight * own + (1 - weight) * general, tokens }
  })
}

export interface Figures {
  readonly accuracy: number
  readonly tokens: number
}

/** Means over some prompts, which may repeat. */
export function figuresOf(config: Config | undefined, prompts: ArrayLike<number>): Figures {
  let right = 0
  let tokens = 0
  for (let at = 0; at < prompts.length; at += 1) {
    const prompt = prompts[at] as number
    if (config?.right[prompt] === true) right += 1
    tokens += config?.tokens[prompt] ?? 0
  }
  const count = Math.max(1, prompts.length)
  return { accuracy: right / count, tokens: tokens / count }
}

function indices(count: number, wanted: (index: number) => boolean): number[] {
  return Array.from({ length: count }, (_, index) => index).filter(wanted)
}
