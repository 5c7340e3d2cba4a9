import type { Json } from '../../src/contract.ts'

/** Whether a JSON value is an object, as opposed to an array, null or a plain value. */
export function isJsonObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
