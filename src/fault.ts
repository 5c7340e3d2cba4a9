/** What went wrong, as a stable word that programs may switch on. */
export type FaultCode =
  | 'bad-argument'
  | 'bad-input'
  | 'bad-recording'
  | 'unknown-name'
  | 'no-price'
  | 'no-parameters'
  | 'budget-exceeded'
  | 'package-missing'
  | 'closed'

const marker = Symbol.for('outthink.fault')

/**
 * Every error this package throws on purpose. Failures of single samples and candidates are values, never this.
 * `message` says what happened and where; `advice` tells the user what to do.
 */
export class Fault extends Error {
  override readonly name = 'OutthinkFault'
  readonly [marker] = true
  readonly code: FaultCode
  readonly advice: string

  constructor(code: FaultCode, message: string, advice: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.advice = advice
  }

  /** True for a fault of any copy of this package: `instanceof` fails when two copies are installed. */
  static isFault(value: unknown): value is Fault {
    return typeof value === 'object' && value !== null && marker in value
  }
}
