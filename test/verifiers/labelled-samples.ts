import { readRecording, type RecordedProblem } from '../../src/models/recording.ts'

/** A recorded answer with the benchmark's own verdict. */
export interface LabelledSample {
  readonly problem: RecordedProblem & { readonly prompt: string }
  readonly text: string
  readonly correct: boolean
  /** Model, problem and number: for a report. */
  readonly name: string
}

/** All samples of a model in a recording that has the text of every prompt and a label for every sample. */
export async function labelledSamples(directory: string, model: string): Promise<readonly LabelledSample[]> {
  const { problems, samples } = await readRecording(directory, model)
  const byId = new Map(problems.map((problem) => [problem.id, problem]))
  return [...samples.values()].flat().map(({ id, i, text, correct }): LabelledSample => {
    const problem = byId.get(id)
    const name = `${model} ${id} ${i}`
    if (!problem || problem.prompt === null || text === undefined || correct === undefined)
      throw new Error(`${name} has no problem, prompt, text or label`)
    return { problem: { ...problem, prompt: problem.prompt }, text, correct, name }
  })
}
