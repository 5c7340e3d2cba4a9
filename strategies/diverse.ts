import type { Proposal, Strategy, Tree, TreeNode, Variation, View } from '../src/contract.ts'
import { answerKey } from './duplicates/answer-key.ts'
import { uniqueAnswers } from './duplicates/unique-answers.ts'
import { byScore } from './ranking/by-score.ts'
import { isSolved } from './ranking/is-solved.ts'
import { scoreOf } from './ranking/score-of.ts'
import { requestKey, type Request } from './sampling/request.ts'
import { samplesOf } from './sampling/samples-of.ts'
import { checkChoice, checkNames, checkNumber, checkWhole } from './options/check-options.ts'

/** From the caller's own request outwards. */
const usualVariations: readonly Variation[] = [
  { temperature: 1 },
  { temperature: 1, instruction: 'Do not take the first way that comes to mind: take another one.' },
  { temperature: 1, instruction: 'Start from what is asked for and work backwards.' },
  { temperature: 1, instruction: 'List what is given and what is asked for, then answer.' },
]

export interface DiverseOptions {
  /** Most samples of one prompt; default unlimited: the budget decides. */
  readonly samples?: number
  /** How many of the models take turns, the caller's own first; default 1. */
  readonly models?: number
  /** What may be varied, least first; the caller's own request comes before. Default: temperature 1, then sentences. */
  readonly variations?: readonly Variation[]
  /** Whether a candidate with score 1 ends the prompt; default true. */
  readonly stopWhenSolved?: boolean
}

/**
 * Samples that differ on purpose once the caller's own request repeats itself. Sample 0 is the caller's request.
 *
 * Next comes the variation most likely to bring an answer that was not there yet: (1 + u) / (1 + n), where n of its
 * samples came back and u of them gave an answer that no other sample gave; of equals the least varied. u/n is the
 * Good–Turing estimate (Good 1953, Biometrika 40) of the chance that the next answer is new; one is added to both so
 * that every variation is tried. A request that does not repeat itself is therefore never varied, and answers given
 * twice count for nothing. Prompt and temperature variation: Wang et al. 2025 (2502.11027). With several models the one
 * with the fewest samples is next; an answer is new only when none of them gave it.
 *
 * @throws RangeError for an option out of range
 */
export function diverse(options: DiverseOptions = {}): Strategy {
  const { samples = Infinity, models = 1, variations = usualVariations, stopWhenSolved = true } = options
  checkNames('diverse', options, ['samples', 'models', 'variations', 'stopWhenSolved'])
  checkWhole('samples', samples, 1, true)
  checkWhole('models', models, 1, true)
  checkChoice('stopWhenSolved', stopWhenSolved, [true, false])
  if (!Array.isArray(variations)) throw new RangeError('variations is no list; give a list of variations.')
  for (const variation of variations) checkVariation(variation)

  return {
    id: 'diverse',
    decides: 'scores',
    *propose(tree: Tree, view: View): Generator<Proposal> {
      if (stopWhenSolved && isSolved(tree)) return
      const turns = view.models.slice(0, models)
      const requests = (model: string): readonly Request[] => [
        { model },
        ...variations.map((variation) => ({ model, variation })),
      ]
      const samplesBy = new Map<string, TreeNode[]>()
      for (const request of turns.flatMap(requests)) samplesBy.set(requestKey(request), [])
      for (const node of tree.nodes) {
        if (node.step.kind === 'sample') samplesBy.get(requestKey(node.step))?.push(node)
      }
      const mine = [...samplesBy.values()].flat()
      for (const { step, state } of mine) if (state === 'pending') yield { step, expected: { calls: 1 } }
      const asked = mine.filter((node) => node.state !== 'failed')
      if (asked.length >= samples) return
      const model = first(turns, (each) => -asked.filter(({ step }) => step.model === each).length)
      if (model === undefined) return
      const own = (request: Request) => samplesBy.get(requestKey(request)) ?? []
      // At temperature 0 the same request brings the same answer, so it is asked once.
      const open = requests(model).filter(
        (each) =>
          (each.variation?.temperature ?? tree.prompt.options?.['temperature']) !== 0 ||
          own(each).every(({ state }) => state === 'failed'),
      )
      const unique = uniqueAnswers(tree)
      const next = first(open, (each) => {
        const back = own(each).filter(({ state }) => state === 'done' || state === 'failed')
        return (1 + back.filter((node) => unique.has(node)).length) / (1 + back.length)
      })
      if (next) yield* samplesOf(tree, next).filter(({ step }) => !tree.node(step.id))
    },
    rank(tree) {
      // Of equal scores, an answer that was not there yet comes before a repetition.
      const nodes = byScore(tree).flatMap((id) => tree.node(id) ?? [])
      const seen = new Set<string>()
      const repeats = new Set<TreeNode>()
      for (const node of nodes) {
        const key = answerKey(node) ?? node.step.id
        if (seen.has(key)) repeats.add(node)
        seen.add(key)
      }
      return nodes
        .toSorted(
          (left, right) =>
            scoreOf(right) - scoreOf(left) || Number(repeats.has(left)) - Number(repeats.has(right)),
        )
        .map((node) => node.step.id)
    },
  }
}

/** The first of the items with the largest worth. */
function first<Item>(items: readonly Item[], worth: (item: Item) => number): Item | undefined {
  let best: Item | undefined
  let most = -Infinity
  for (const item of items) {
    const own = worth(item)
    if (own <= most) continue
    best = item
    most = own
  }
  return best
}

function checkVariation(variation: Variation): void {
  const { temperature, instruction } = variation
  checkNames('a variation', variation, ['temperature', 'instruction'])
  if (temperature !== undefined) checkNumber('the temperature of a variation', temperature, 0, 2)
  if (instruction !== undefined && (typeof instruction !== 'string' || instruction === ''))
    throw new RangeError('the instruction of a variation is no text; give a sentence.')
  if (temperature === undefined && instruction === undefined)
    throw new RangeError('a variation varies nothing; give it a temperature or an instruction.')
}
