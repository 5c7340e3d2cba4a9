/** A number that a constraint compares with or adds up. */
export type Quantity =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'aggregate'; readonly over: Aggregate; readonly terms: readonly Term[] }

/** How the values of several terms become one number. `only` is the single value of a plain path. */
export type Aggregate = 'sum' | 'count' | 'min' | 'max' | 'mean' | 'only'

/** Values at a path, each times a factor; a factor that is a path shares the wildcards of the term. */
export interface Term {
  readonly path: string
  readonly times?: number | string
}

export type Comparison = '<' | '<=' | '>' | '>=' | '=' | '!='

/** One constraint over the fields of a JSON answer. */
export type Constraint = { readonly name?: string; readonly text: string } & (
  | {
      /** Every value at the path must compare so. */
      readonly kind: 'each'
      readonly path: string
      readonly comparison: Comparison
      readonly value: Quantity
      readonly tolerance?: number
    }
  | {
      readonly kind: 'aggregate'
      readonly left: Quantity
      readonly comparison: Comparison
      readonly value: Quantity
      readonly tolerance?: number
    }
  | {
      readonly kind: 'between'
      readonly left: Quantity | string
      readonly low: Quantity
      readonly high: Quantity
    }
  | { readonly kind: 'all-different'; readonly paths: readonly string[] }
  | { readonly kind: 'integer'; readonly paths: readonly string[] }
)
