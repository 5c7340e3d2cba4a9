import type { Features } from './outcome.ts'

/** How one feature is brought to mean 0 and deviation 1. */
export interface Scale {
  readonly name: string
  readonly mean: number
  readonly deviation: number
}

const wordCaution = 2.2
/** Standardised values beyond this are pulled in: one odd prompt must not own the fit or its own prior. */
const furthest = 3

/** Words on fewer prompts than this teach nothing. */
const leastWithWord = 4
const mostWithWord = 0.9
/** Words that are kept: those that split the prompts most evenly. */
const mostWords = 30

/** Whether a feature says that a prompt has a word (`words.some=`): a 0 where it is missing. */
export function isWord(name: string): boolean {
  return name.endsWith('=')
}

/** The names that a fit may use: all plain features, and the words that tell prompts apart best. */
export function usefulNames(rows: readonly Features[], wanted: (name: string) => boolean): readonly string[] {
  const seen = new Map<string, number>()
  for (const row of rows) {
    for (const name of Object.keys(row)) if (wanted(name)) seen.set(name, (seen.get(name) ?? 0) + 1)
  }
  const plain = [...seen.keys()].filter((name) => !isWord(name)).toSorted()
  const words = [...seen]
    .filter(([name, count]) => isWord(name) && count >= leastWithWord && count <= mostWithWord * rows.length)
    .map(([name, count]) => ({ name, even: Math.min(count, rows.length - count) }))
    .toSorted((left, right) => right.even - left.even || (left.name < right.name ? -1 : 1))
  return [...plain, ...words.slice(0, mostWords).map(({ name }) => name)]
}

/** Scales of the named features over prompts; features that never vary are left out. */
export function scalesOf(rows: readonly Features[], names: readonly string[]): readonly Scale[] {
  return names.flatMap((name) => {
    const values = rows.flatMap((row) => valueOf(row, name) ?? [])
    if (values.length < 2) return []
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
    // A ridge that is `wordCaution`² times stronger, by making the units smaller: there are many words.
    return deviation > 1e-9
      ? [{ name, mean, deviation: isWord(name) ? deviation * wordCaution : deviation }]
      : []
  })
}

/** The features in units of their scales; a missing one counts as average. */
export function standardised(features: Features, scales: readonly Scale[]): number[] {
  return scales.map(({ name, mean, deviation }) => {
    const value = valueOf(features, name)
    if (value === undefined || !Number.isFinite(value)) return 0
    return Math.min(furthest, Math.max(-furthest, (value - mean) / deviation))
  })
}

/** A word that a prompt does not have is a 0; a number that it does not have is unknown. */
function valueOf(features: Features, name: string): number | undefined {
  return features[name] ?? (isWord(name) ? 0 : undefined)
}
