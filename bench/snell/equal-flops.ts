/** What is known of a model's making. */
export interface Made {
  readonly parameters: number
  /** Tokens it was trained on, repeated ones counted again. */
  readonly trainingTokens: number
}

/** Tokens of inference ÷ tokens of pretraining, as in Snell et al. 2024: few, about as many, many questions. */
export const loads = [0.16, 0.79, 22] as const

/**
 * How many tokens the small model may use for one of the large model's at equal FLOPs, training included: Snell et al.
 * 2024 (2408.03314, section 7). Training takes 6 × parameters × tokens, inference 2 × parameters × tokens (Kaplan et al.
 * 2020, 2001.08361), and what the small model was spared in training it may spend on answers:
 *
 *   6 N_L D_L + 2 N_L Y = 6 N_S D_S + 2 N_S k Y,  with Y = R × D_L tokens that the large model answers with.
 *
 * The paper trains both on the same tokens D; then k = M + 3 (M − 1) / R with M = N_L / N_S. Here each has its own D.
 */
export function tokensForOne(small: Made, large: Made, load: number): number {
  const answered = load * large.trainingTokens
  const spared = 6 * (large.parameters * large.trainingTokens - small.parameters * small.trainingTokens)
  return (spared + 2 * large.parameters * answered) / (2 * small.parameters * answered)
}
