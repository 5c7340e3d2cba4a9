/** Numbers known about a prompt by name; a name is `group.detail`, and the gate keeps or drops whole groups. */
export type Features = Readonly<Record<string, number>>

/** What happened to one prompt: `tries` made, `successes` of them, in any order, stopped at a success or not. */
export interface Outcome {
  readonly features: Features
  readonly tries: number
  readonly successes: number
  /** Whether tries ended with the first success; else they are in no order. */
  readonly stopped?: boolean
  /** What the first try showed, where it failed and was looked at (`sampleFeatures`). */
  readonly seen?: Features
}
