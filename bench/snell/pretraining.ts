import type { Made } from './equal-flops.ts'

/**
 * What the pair was made with: tokens of the first pair's training (12.2 and 10.8 million) and of what followed, from
 * the logs in bench/models.
 */
export const pretraining: { readonly small: Made; readonly large: Made } = {
  small: { parameters: 168_384, trainingTokens: 12.2e6 + 38_574_771 },
  large: { parameters: 1_259_136, trainingTokens: 10.8e6 + 8_238_812 },
}
