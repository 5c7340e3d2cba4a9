import type { Allocator, Evidence } from './allocator/allocator.ts'
import type { TreeNode } from './contract.ts'
import { classOf } from './difficulty/class-of.ts'
import type { DifficultyLearner } from './difficulty/learner.ts'
import { firstChance } from './difficulty/prior-model.ts'
import type { SeenSample } from './difficulty/sample-features.ts'
import type { Run } from './run.ts'

/** What the learner thinks of the prompts of a run, as the allocator hears it. */
export class Beliefs {
  readonly #learner: DifficultyLearner
  readonly #allocator: Allocator

  constructor(learner: DifficultyLearner, allocator: Allocator) {
    this.#learner = learner
    this.#allocator = allocator
  }

  /** Tells the allocator what is thought of a prompt; told again, it keeps what the prompt has been through. */
  tell(run: Run): void {
    const belief = this.#learner.belief(run.features, run.failedSamples)
    if (belief && run.untried) run.predicted = firstChance(belief)
    if (belief) this.#allocator.add(run.arm, run.prompt.task ?? '', belief)
    else this.#allocator.add(run.arm, classOf(run.prompt))
  }

  /**
   * A plain try that was verified teaches how hard prompts like this one are; when that changes beliefs, all `open`
   * prompts have theirs told. Beliefs are about the caller's own request: not about revisions, other models or more
   * effort. An answer that was cut at a cap says nothing about them either.
   */
  learn(run: Run, node: TreeNode | undefined, kind: Evidence['kind'], open: Iterable<Run>): void {
    if (kind !== 'solved' && kind !== 'unsolved') return
    if (kind === 'unsolved' && node?.candidate?.finish === 'length') return
    const seen = seenSample(node)
    this.#learner.observe(run.prompt.id, run.features, kind === 'solved', seen, run.learned)
    run.learned = true
    if (kind === 'unsolved' && seen) {
      run.failedSamples.push(seen)
      if (this.#learner.readsSamples && !run.ending) this.tell(run)
    }
    if (!this.#learner.due || !this.#learner.refit()) return
    for (const other of open) if (!other.ending) this.tell(other)
  }
}

/** What a failed try shows of its prompt besides having failed. */
function seenSample(node: TreeNode | undefined): SeenSample | undefined {
  if (!node?.candidate) return undefined
  const { candidate, verdict, outputTokens } = node
  return {
    finish: candidate.finish,
    ...(outputTokens !== undefined && { tokens: outputTokens }),
    ...(candidate.meanLogprob !== undefined && { meanLogprob: candidate.meanLogprob }),
    ...(verdict?.kind === 'scored' && {
      answer: verdict.answer ?? null,
      scores: { verifier: verdict.score },
    }),
  }
}
