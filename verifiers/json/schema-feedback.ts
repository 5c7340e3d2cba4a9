import { feedback } from './feedback.ts'
import type { SchemaFault } from './schema-checker.ts'

/** Schema faults as feedback: one line for each place and reason. */
export function schemaFeedback(faults: readonly SchemaFault[]): string {
  return feedback([...new Set(faults.map(schemaFaultLine))])
}

/** One schema fault in words. */
export function schemaFaultLine(fault: SchemaFault): string {
  return `${fault.pointer === '' ? 'the answer' : fault.pointer} ${fault.message}`
}
