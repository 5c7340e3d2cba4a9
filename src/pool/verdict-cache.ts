import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { ScoredVerdict, Subject, Verdict, Verifier } from '../contract.ts'

/** Memory for verdicts, in bytes of key and text. */
const cacheBytes = 16 * 2 ** 20
/** What an entry takes besides its text: key, objects, links. */
const entryBytes = 200

/**
 * Verdicts by content: verifier id, version, options, reference, the prompt and the candidate. Failures are never
 * kept: they say nothing about the candidate.
 */
export class VerdictCache {
  readonly #cache = new LRUCache<string, ScoredVerdict>({
    maxSize: cacheBytes,
    sizeCalculation: (verdict) =>
      entryBytes + 2 * ((verdict.answer?.length ?? 0) + (verdict.feedback?.length ?? 0)),
  })

  keyOf(verifier: Pick<Verifier, 'id' | 'version'>, subject: Subject): string {
    const hash = createHash('sha256')
    const { candidate, messages, ...rest } = subject
    hash.update(
      JSON.stringify([verifier.id, verifier.version, rest, messages, candidate.text, candidate.toolCalls]),
    )
    return hash.digest('base64')
  }

  get(key: string): Verdict | undefined {
    return this.#cache.get(key)
  }

  set(key: string, verdict: Verdict): void {
    if (verdict.kind === 'scored') this.#cache.set(key, verdict)
  }
}
