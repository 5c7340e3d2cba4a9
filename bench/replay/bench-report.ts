/** What every report on prompts says of its run. */
export interface BenchReport<Bench extends string> {
  readonly bench: Bench
  readonly seed: number
  readonly commit: string | null
  readonly prompts: number
  readonly draws: number
  readonly wall_s: number
}
