import type { Span } from '../../src/contract.ts'

/**
 * Refuses options that a strategy does not have; they come from a command line or a file.
 * @throws RangeError with the names there are
 */
export function checkNames(strategy: string, options: object, names: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !names.includes(name))
  if (unknown !== undefined) {
    throw new RangeError(`${strategy} has no option "${unknown}"; it has ${names.join(', ')}.`)
  }
}

/** @throws RangeError unless the value is a whole number of at least `least`, or `Infinity` where there may be no end */
export function checkWhole(name: string, value: unknown, least: number, endless = false): void {
  if (endless && value === Infinity) return
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${name} is ${shown(value)}; give a whole number of at least ${least}.`)
  }
}

/** @throws RangeError unless the value is a finite number of at least `least` and at most `most` */
export function checkNumber(name: string, value: unknown, least: number, most = Infinity): void {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < least || value > most) {
    const range = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`
    throw new RangeError(`${name} is ${shown(value)}; give a number ${range}.`)
  }
}

/** @throws RangeError unless the value is one of the choices */
export function checkChoice(name: string, value: unknown, choices: readonly (string | boolean)[]): void {
  if (!choices.includes(value as string | boolean)) {
    throw new RangeError(`${name} is ${shown(value)}; give one of ${choices.join(', ')}.`)
  }
}

/**
 * A span from an option: a text is a delimiter, a number counts tokens.
 * @throws RangeError for an empty delimiter, or fewer than 1 token
 */
export function spanOf(value: unknown): Span {
  if (typeof value === 'string' && value !== '') return { delimiter: value }
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return { tokens: value }
  throw new RangeError(`span is ${shown(value)}; give a delimiter, or a whole number of tokens.`)
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))
}
