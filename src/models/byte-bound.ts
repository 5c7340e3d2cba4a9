import type { Message } from '../contract.ts'

/** Tokens that a chat template adds around one message, taken generously. */
const templateTokensPerMessage = 16
/** Tokens that a chat template adds once. */
const templateTokensPerPrompt = 32

/**
 * An upper bound of a request's input tokens without its tokenizer: byte-level tokenizers never make more tokens
 * than there are UTF-8 bytes. It is generous (3–5 × the truth); after a prompt's first sample the engine uses the
 * provider's own count instead.
 */
export function byteBound(messages: readonly Message[], ...options: readonly unknown[]): number {
  let bytes = 0
  for (const value of [...messages, ...options]) {
    if (value !== undefined) bytes += Buffer.byteLength(JSON.stringify(value))
  }
  return bytes + messages.length * templateTokensPerMessage + templateTokensPerPrompt
}
