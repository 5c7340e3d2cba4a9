import type { Features } from './outcome.ts'

/** How one feature is brought to mean 0 and deviation 1. */
export interface Scale {
  readonly name: string
  readonly mean: number
  readonly deviation: number
}

/** Standardised values beyond this are pulled in: one odd prompt must not own the fit or its own prior. */
const furthest = 3

/** Scales of the named features over prompts; features that never vary are left out. */
export function scalesOf(rows: readonly Features[], names: readonly string[]): readonly Scale[] {
  return names.flatMap((name) => {
    const values = rows.flatMap((row) => valueOf(row, name) ?? [])
    if (values.length < 2) return []
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
    return deviation > 1e-9 ? [{ name, mean, deviation }] : []
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

/** A word that a prompt does not have (`key=word`) is a 0; a number that it does not have is unknown. */
function valueOf(features: Features, name: string): number | undefined {
  return features[name] ?? (name.includes('=') ? 0 : undefined)
}
