import { pathToFileURL } from 'node:url'
import { strategies } from '../strategies/index.ts'
import { modelVerifiers, verifiers } from '../verifiers/index.ts'
import type { Json, ModelVerifier, Strategy, Verifier } from './contract.ts'
import { Fault } from './fault.ts'

export const strategyNames: readonly string[] = Object.keys(strategies)
export const verifierNames: readonly string[] = Object.keys(verifiers)
export const modelVerifierNames: readonly string[] = Object.keys(modelVerifiers)

/** @throws Fault `unknown-name` with the names there are; `bad-argument` for options out of range */
export function strategyNamed(name: string, options: { readonly [key: string]: Json } = {}): Strategy {
  const make = Object.hasOwn(strategies, name) ? strategies[name] : undefined
  if (!make) {
    throw new Fault(
      'unknown-name',
      `there is no strategy "${name}"`,
      `Use one of ${strategyNames.join(', ')}.`,
    )
  }
  try {
    return make(options)
  } catch (cause) {
    // Strategies know no faults of ours either.
    if (!(cause instanceof RangeError)) throw cause
    throw new Fault('bad-argument', `the strategy "${name}": ${cause.message}`, 'Correct its options.', cause)
  }
}

/**
 * A strategy by its name that wants at most so many candidates a prompt.
 * @throws Fault `unknown-name`, `bad-argument`
 */
export function limitedStrategy(
  name: string,
  candidates: number,
  options: { readonly [key: string]: Json } = {},
): Strategy {
  if (name === 'auto') return strategyNamed('auto', { ...options, candidates })
  // Votes cannot be joined with scores: such a strategy limits itself.
  if (strategyNamed(name, options).decides === 'votes')
    return strategyNamed(name, { ...options, samples: candidates })
  return strategyNamed('auto', { members: [{ name, ...options }], candidates })
}

/**
 * A verifier by its name, or a user's own by the path of a module whose default export is a {@link Verifier}.
 * A path starts with `.` or `/`, or ends in `.js`, `.mjs` or `.ts`.
 * @throws Fault `unknown-name`
 */
export async function verifierNamed(name: string): Promise<Verifier> {
  if (/^[./]|\.m?[jt]s$/.test(name)) return verifierOfModule(name)
  const load = Object.hasOwn(verifiers, name) ? verifiers[name] : undefined
  if (!load) {
    throw new Fault(
      'unknown-name',
      `there is no verifier "${name}"`,
      `Use one of ${[...verifierNames, ...modelVerifierNames].join(', ')}, or the path of a module that exports one by default.`,
    )
  }
  return load()
}

/** A verifier that asks a model, by its name; undefined when that is no such verifier. */
export async function modelVerifierNamed(
  name: string,
  options: { readonly [key: string]: Json } = {},
): Promise<ModelVerifier | undefined> {
  const make = Object.hasOwn(modelVerifiers, name) ? modelVerifiers[name] : undefined
  try {
    return await make?.(options)
  } catch (cause) {
    // Verifiers know no faults of ours: an option out of range is a RangeError there.
    if (!(cause instanceof RangeError)) throw cause
    throw new Fault('bad-argument', `the verifier "${name}": ${cause.message}`, 'Correct its options.', cause)
  }
}

async function verifierOfModule(path: string): Promise<Verifier> {
  const url = path.startsWith('file:') ? path : pathToFileURL(path).href
  const module = (await import(url).catch((cause: unknown) => {
    throw new Fault(
      'unknown-name',
      `the verifier module ${path} cannot be loaded`,
      'Check its path and imports.',
      cause,
    )
  })) as { readonly default?: unknown }
  const verifier = module.default
  if (!isVerifier(verifier)) {
    throw new Fault(
      'unknown-name',
      `the module ${path} has no verifier as its default export`,
      'Export default an object with id, version, runs, exact and verify(subject).',
    )
  }
  return verifier
}

function isVerifier(value: unknown): value is Verifier {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'verify' in value &&
    typeof value.verify === 'function'
  )
}
