import type { Made } from './equal-flops.ts'

/** What the pair was made with: see bench/models/README.md. */
export const pretraining: { readonly small: Made; readonly large: Made } = {
  small: { parameters: 168_384, trainingTokens: 100e6 },
  large: { parameters: 1_262_208, trainingTokens: 50e6 },
}
