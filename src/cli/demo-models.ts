import type { DemoGuide } from '../demo/demo.ts'
import type { Pair } from '../demo/pair.ts'
import { Fault } from '../fault.ts'
import { modelsByName } from '../models/models-by-name.ts'
import { guideOf, modelsOf, type ModelOptions } from './common-options.ts'

/** The model options of the demo, which has models of its own. */
export interface DemoModelOptions extends Omit<ModelOptions, 'model'> {
  /** The small one and the large one. */
  readonly model?: readonly string[]
}

/** Options that say something about models that were given, and their flags. */
const flagsOfModels = {
  baseUrl: '--base-url',
  price: '--price',
  params: '--params',
  effort: '--effort',
  continuation: '--continuation',
  context: '--context',
  maxOutputTokens: '--max-output-tokens',
} as const

/**
 * Models for the demo in place of the shipped pair, and the guide.
 * @throws Fault `bad-argument` for any number of models but two, and for options of models where none is given
 */
export async function demoModels(
  options: DemoModelOptions,
): Promise<{ readonly pair?: Pair; readonly guide?: DemoGuide }> {
  const { model: specs = [] } = options
  if (specs.length !== 0 && specs.length !== 2) {
    throw new Fault(
      'bad-argument',
      `the demo compares two models, and --model is given ${specs.length === 1 ? 'once' : `${specs.length} times`}`,
      'Give --model twice, first the small one, then the large one; or not at all, for the models that are shipped.',
    )
  }
  for (const [name, flag] of Object.entries(flagsOfModels)) {
    if (specs.length > 0 || options[name as keyof typeof flagsOfModels] === undefined) continue
    throw new Fault(
      'bad-argument',
      `${flag} says something about models that are given, and --model is not`,
      `Give --model twice, first the small one, then the large one; or leave ${flag} out.`,
    )
  }
  const opened = await modelsOf({ ...options, model: specs })
  const verifier = guideOf(options)
  const guide = verifier && opened.at(-1)
  const [small, large] = opened
  if (specs.length > 0) modelsByName(opened)
  return {
    ...(specs.length > 0 &&
      small &&
      large && { pair: { small, large, backend: small.time === 'live' ? 'live' : 'replay' } }),
    ...(guide && { guide: { model: guide, verifier } }),
  }
}
