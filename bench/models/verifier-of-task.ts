import type { Verifier } from '../../src/contract.ts'
import { calculation } from '../../verifiers/calculation.ts'
import { constraints } from '../../verifiers/constraints.ts'
import { countdown } from '../../verifiers/countdown.ts'

/** The verifier of each of the three tasks that the pair of models was trained on. */
export function verifierOfTask(task: string): Verifier {
  const verifier = ({ countdown, story: calculation, constraints } as { readonly [task: string]: Verifier })[
    task
  ]
  if (verifier === undefined) throw new Error(`there is no verifier of the task "${task}"`)
  return verifier
}
