import type { ErrorRates } from '../contract.ts'

/** Rates this close to 0 or 1 count as this: no verifier that needs rates is perfect. */
const surest = 1e-3

/** What a verdict says in favour of "right", as a log-likelihood ratio: ln(T / F) for a pass, ln((1−T) / (1−F)) else. */
export function evidence(passed: boolean, { truePositive, falsePositive }: ErrorRates): number {
  const hit = bounded(truePositive)
  const alarm = bounded(falsePositive)
  return passed ? Math.log(hit / alarm) : Math.log((1 - hit) / (1 - alarm))
}

/** P(right | passed) when a share `prior` of the candidates is right: Tπ / (Tπ + F(1 − π)) (2507.12399). */
export function precision(prior: number, { truePositive, falsePositive }: ErrorRates): number {
  const hits = truePositive * prior
  const alarms = falsePositive * (1 - prior)
  return hits + alarms > 0 ? hits / (hits + alarms) : 0
}

/**
 * The accept rule: a pass is accepted only if it is then likelier right than the answer one would give otherwise
 * (the majority's accuracy, or the value of abstaining).
 */
export function accepts(prior: number, rates: ErrorRates, fallback: number): boolean {
  return precision(prior, rates) > fallback
}

/**
 * How many tries pay when a wrong answer costs `wrongCost` times what a right one is worth, and a try costs `tryCost`
 * of it: tries go on while π_n T − wrongCost (1 − π_n) F > tryCost, where π_n falls with every failure seen. A finite
 * number, often below 10 (2411.17501).
 */
export function worthwhileTries(
  belief: { readonly right: number; readonly wrong: number },
  { truePositive, falsePositive }: ErrorRates,
  wrongCost: number,
  tryCost: number,
  most = 1000,
): number {
  for (let tries = 0; tries < most; tries += 1) {
    const share = belief.right / (belief.right + belief.wrong + tries)
    if (share * truePositive - wrongCost * (1 - share) * falsePositive <= tryCost) return tries
  }
  return most
}

function bounded(rate: number): number {
  return Math.min(1 - surest, Math.max(surest, rate))
}
