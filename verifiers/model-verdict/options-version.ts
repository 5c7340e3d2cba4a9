import { createHash } from 'node:crypto'

/** A verifier's version that changes with its options, because verdicts do. */
export function optionsVersion(version: string, options: unknown): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(options) ?? '')
    .digest('hex')
  return `${version}-${digest.slice(0, 12)}`
}
