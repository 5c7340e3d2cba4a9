import type { Json, ModelVerifier, Verifier } from '../src/contract.ts'

/** Every verifier by its name. Loaded on demand: some bring large libraries that most runs never need. */
export const verifiers: Readonly<Record<string, () => Promise<Verifier>>> = {
  calculation: async () => (await import('./calculation.ts')).calculation,
  choice: async () => (await import('./choice.ts')).choice,
  constraints: async () => (await import('./constraints.ts')).constraints,
  countdown: async () => (await import('./countdown.ts')).countdown,
  exact: async () => (await import('./exact.ts')).exact,
  'javascript-tests': async () => (await import('./javascript-tests.ts')).javascriptTests,
  'json-schema': async () => (await import('./json-schema.ts')).jsonSchema,
  math: async () => (await import('./math.ts')).math,
  numeric: async () => (await import('./numeric.ts')).numeric,
  'python-function': async () => (await import('./python-function.ts')).pythonFunction,
  'python-tests': async () => (await import('./python-tests.ts')).pythonTests,
  'tool-call': async () => (await import('./tool-call.ts')).toolCall,
}

type Options = { readonly [key: string]: Json }

/** Verifiers that ask a model, by name; each takes its options as plain data. */
export const modelVerifiers: Readonly<Record<string, (options: Options) => Promise<ModelVerifier>>> = {
  judge: async (options) => (await import('./judge.ts')).judge(options),
  'process-reward': async (options) => (await import('./process-reward.ts')).processReward(options),
  reward: async (options) => (await import('./reward.ts')).reward(options),
}
