import { binCount } from './difficulty-bins.ts'

/** A value of each bin, the easiest first, from the prompts that are in it. */
export function byBin<Value>(
  bins: readonly number[],
  valueOf: (prompts: readonly number[], bin: number) => Value,
): readonly Value[] {
  return Array.from({ length: binCount }, (_, bin) =>
    valueOf(
      bins.flatMap((own, prompt) => (own === bin ? [prompt] : [])),
      bin,
    ),
  )
}
