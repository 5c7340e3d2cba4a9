import { isRecord, ownMember } from '../json/record.ts'
import { type SchemaFault, schemaChecker } from '../json/schema-checker.ts'
import { schemaFaultLine } from '../json/schema-feedback.ts'
import type { OfferedTool } from './offered-tools.ts'
import type { ResolvedCall } from './resolved-calls.ts'
import type { WrittenCall } from './written-calls.ts'

/** What is wrong with a call by itself, or a tool whose schema cannot be used. */
export type CallCheck =
  | { readonly kind: 'checked'; readonly faults: readonly string[] }
  | { readonly kind: 'malformed'; readonly reason: string }

/** Checks a call against the tools that were offered; without tools only what the call itself says. */
export async function callFaults(
  call: WrittenCall,
  resolved: ResolvedCall,
  tools: ReadonlyMap<string, OfferedTool> | undefined,
): Promise<CallCheck> {
  const faults: string[] = []
  if (call.fault !== undefined) faults.push(call.fault)
  faults.push(...resolved.faults)
  if (tools === undefined) return { kind: 'checked', faults }

  const tool = tools.get(call.name)
  if (tool === undefined) {
    faults.unshift(call.name === '' ? 'no name' : 'no such tool')
    return { kind: 'checked', faults }
  }
  if (call.arguments === undefined || tool.parameters === undefined) return { kind: 'checked', faults }

  const compiled = await schemaChecker(tool.parameters)
  if (compiled.kind === 'malformed') {
    return { kind: 'malformed', reason: `the parameters of ${tool.name} cannot be used: ${compiled.reason}` }
  }
  for (const fault of compiled.checker.faults(call.arguments, true)) {
    if (!aboutResult(fault, resolved.resultPointers))
      faults.push(schemaFaultLine(fault).replace(/^the answer/, 'must'))
  }
  for (const name of unknownParameters(call, tool)) faults.push(`unknown parameter ${JSON.stringify(name)}`)
  return { kind: 'checked', faults: [...new Set(faults)] }
}

/** Keywords whose fault at a parent may stem from a value below that is not known yet. */
const COMPOSITE_KEYWORDS = new Set(['anyOf', 'oneOf', 'allOf', 'not', 'if'])

/** The result of another call has no value yet, so its type cannot be wrong. */
function aboutResult(fault: SchemaFault, pointers: readonly string[]): boolean {
  return pointers.some(
    (pointer) =>
      fault.pointer === pointer ||
      fault.pointer.startsWith(`${pointer}/`) ||
      (COMPOSITE_KEYWORDS.has(fault.keyword) && pointer.startsWith(`${fault.pointer}/`)),
  )
}

/**
 * A parameter that the tool does not declare is an error unless its schema opens the door: JSON Schema would let it
 * pass, but the function behind the tool has no such parameter.
 */
function unknownParameters(call: WrittenCall, tool: OfferedTool): readonly string[] {
  const schema = tool.parameters
  if (schema === undefined || call.arguments === undefined) return []
  const additional = ownMember(schema, 'additionalProperties')
  const open = additional !== undefined && additional !== false
  // What is closed is already told by the schema, and what is composed cannot be told from here.
  const told = additional === false || COMPOSITIONS.some((keyword) => Object.hasOwn(schema, keyword))
  if (open || told) return []
  const declared = ownMember(schema, 'properties')
  const names = isRecord(declared) ? declared : {}
  return Object.keys(call.arguments).filter((name) => !Object.hasOwn(names, name))
}

const COMPOSITIONS = ['patternProperties', 'anyOf', 'oneOf', 'allOf', '$ref', 'unevaluatedProperties']
