import type { Json } from '../../src/contract.ts'
import { isList, isRecord, type JsonRecord, ownMember } from '../json/record.ts'

/** A tool the model could call. */
export interface OfferedTool {
  readonly name: string
  /** JSON Schema of the arguments; absent when the tool does not say. */
  readonly parameters?: JsonRecord
}

/** The tools by name, or why the list cannot be read. */
export type OfferedTools =
  | { readonly kind: 'tools'; readonly tools: ReadonlyMap<string, OfferedTool> }
  | { readonly kind: 'malformed'; readonly reason: string }

/**
 * Reads a list of tools: `{type, function: {name, parameters}}` as in chat completions, or the flat
 * `{name, parameters}` (or `input_schema`) of other protocols.
 */
export function offeredTools(list: Json): OfferedTools {
  if (!isList(list)) return { kind: 'malformed', reason: 'the tools are not a list' }
  const tools = new Map<string, OfferedTool>()
  for (const [index, entry] of list.entries()) {
    const inner = isRecord(entry) ? (ownMember(entry, 'function') ?? entry) : undefined
    const name = isRecord(inner) ? ownMember(inner, 'name') : undefined
    if (!isRecord(inner) || typeof name !== 'string') {
      return { kind: 'malformed', reason: `tool ${index + 1} has no name` }
    }
    const parameters = ownMember(inner, 'parameters') ?? ownMember(inner, 'input_schema')
    tools.set(name, { name, ...(isRecord(parameters) ? { parameters } : {}) })
  }
  return { kind: 'tools', tools }
}
