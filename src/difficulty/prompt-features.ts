import type { Prompt } from '../contract.ts'
import type { Features } from './outcome.ts'

/**
 * What can be seen before anything is generated. Group `prompt`: length, numbers and operators of the last message;
 * group `words`: which words it has; group `meta`: numbers that the caller gave with the prompt (a level, counts of lists), and its short words as 0/1.
 * Lengths and magnitudes are on a log scale.
 */
export function promptFeatures(prompt: Prompt): Features {
  const last = prompt.messages.at(-1)?.content
  const text = typeof last === 'string' ? last : JSON.stringify(last ?? '')
  const numbers = text.match(/\d+(?:[.,]\d+)*/g) ?? []
  const largest = Math.max(
    0,
    ...numbers.map((number) => Number(number.replaceAll(',', ''))).filter(Number.isFinite),
  )
  const features: Record<string, number> = {
    'prompt.length': Math.log1p(text.length),
    'prompt.lines': Math.log1p(text.split('\n').length),
    'prompt.numbers': Math.log1p(numbers.length),
    'prompt.largest': Math.log1p(largest),
    'prompt.operators': Math.log1p(text.match(/[-+*/=<>^%]/g)?.length ?? 0),
    'prompt.messages': Math.log1p(prompt.messages.length),
  }
  for (const word of new Set(text.toLowerCase().match(/\p{L}{2,16}/gu))) features[`words.${word}=`] = 1
  for (const [key, value] of Object.entries(prompt.meta ?? {})) {
    if (typeof value === 'number') features[`meta.${key}`] = signedLog(value)
    else if (typeof value === 'boolean') features[`meta.${key}`] = Number(value)
    else if (typeof value === 'string' && value.length <= longestWord) features[`meta.${key} ${value}=`] = 1
    else if (Array.isArray(value)) {
      features[`meta.${key}.length`] = value.length
      const inner = value.filter((each): each is number => typeof each === 'number')
      if (inner.length > 0) {
        features[`meta.${key}.largest`] = signedLog(Math.max(...inner))
        features[`meta.${key}.smallest`] = signedLog(Math.min(...inner))
        features[`meta.${key}.sum`] = signedLog(inner.reduce((sum, each) => sum + each, 0))
      }
    }
  }
  return features
}

/** Longer words are names, not categories. */
const longestWord = 16

function signedLog(value: number): number {
  return Math.sign(value) * Math.log1p(Math.abs(value))
}
