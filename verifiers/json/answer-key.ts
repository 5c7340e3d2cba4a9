import { createHash } from 'node:crypto'
import type { Json } from '../../src/contract.ts'
import { canonicalJson } from './canonical-json.ts'

/** Characters. Votes hold a key per candidate, and a key is compared, never parsed: longer ones become a digest. */
const MAX_KEY_CHARACTERS = 2_000

/** The answer key of a JSON answer: canonical JSON, or its digest when that would be long. */
export function answerKey(value: Json): string {
  const canonical = canonicalJson(value)
  if (canonical.length <= MAX_KEY_CHARACTERS) return canonical
  return `sha256:${createHash('sha256').update(canonical).digest('hex')}`
}
