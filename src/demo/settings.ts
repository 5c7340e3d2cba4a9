import type { Json } from '../contract.ts'
import { arms, type ArmName } from './arms.ts'

/** What a run of the demo was told to do otherwise than by default; all absent by default. */
export interface DemoSettings {
  /** Of the ways that go by outthink, instead of `auto`. */
  readonly strategy?: string
  readonly strategy_options?: { readonly [key: string]: Json }
  /** The small model and the large one, as they were given. */
  readonly model?: readonly string[]
  readonly guide_model?: string
  readonly difficulty?: {
    readonly file: string
    /** Outcomes of earlier runs that it held. */
    readonly outcomes: number
  }
}

/** The name of a way in tables, with the strategy where it is not the default. */
export function titleOf(name: ArmName, { strategy }: DemoSettings): string {
  const { title, allocation } = arms[name]
  return allocation === 'outthink' && strategy !== undefined ? `${title} (${strategy})` : title
}

/** What is not the default, a sentence each. */
export function settingsText(settings: DemoSettings): readonly string[] {
  const { strategy, strategy_options: options, model, guide_model: guide, difficulty } = settings
  return [
    ...(strategy === undefined
      ? []
      : [`The outthink ways ran the strategy ${strategy}${options ? ` ${JSON.stringify(options)}` : ''}.`]),
    ...(model ? [`The small model is ${model[0]}, the large one ${model[1]}.`] : []),
    ...(guide === undefined
      ? []
      : [`The outthink ways had the guide ${guide}; its questions are in the bill.`]),
    ...(difficulty
      ? [
          `"${arms.outthink.title}" began with ${difficulty.outcomes} outcomes from ${difficulty.file} and added its own.`,
        ]
      : []),
  ]
}
