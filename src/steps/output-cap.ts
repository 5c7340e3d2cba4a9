import type { Prompt } from '../contract.ts'
import { defaultMaxOutputTokens, type ModelProfile } from '../models/model.ts'

/** The output cap of a request, in tokens: the caller's own, and never above the model's. */
export function outputCapOf(profile: ModelProfile, prompt: Prompt): number {
  const most = profile.maxOutputTokens ?? defaultMaxOutputTokens
  for (const field of ['max_completion_tokens', 'max_tokens']) {
    const value = prompt.options?.[field]
    if (typeof value === 'number' && value >= 1) return Math.min(Math.floor(value), most)
  }
  return most
}
