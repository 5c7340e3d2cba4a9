import { readFile, rename, writeFile } from 'node:fs/promises'
import { DifficultyLearner } from '../difficulty/learner.ts'
import { Fault } from '../fault.ts'

/**
 * What earlier runs learned about the difficulty of prompts; a new learner where there is no file yet.
 * @throws Fault `bad-input` for a file that is none
 */
export async function readDifficulty(file: string | undefined): Promise<DifficultyLearner | undefined> {
  if (file === undefined) return undefined
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw new Fault('bad-input', `${file} cannot be read`, 'Check --difficulty.', cause)
  })
  if (text === undefined) return new DifficultyLearner()
  let saved: unknown
  try {
    saved = JSON.parse(text)
  } catch (cause) {
    throw new Fault(
      'bad-input',
      `${file} is not JSON`,
      'Give a file that --difficulty wrote, or a new name.',
      cause,
    )
  }
  return DifficultyLearner.from(saved)
}

/** Replaces the file only when the new one is whole. @throws Fault `bad-argument` when it cannot be written */
export async function writeDifficulty(
  file: string | undefined,
  learner: DifficultyLearner | undefined,
): Promise<void> {
  if (file === undefined || !learner) return
  const partial = `${file}.partial`
  try {
    await writeFile(partial, `${JSON.stringify(learner)}\n`)
    await rename(partial, file)
  } catch (cause) {
    throw new Fault(
      'bad-argument',
      `${file} cannot be written`,
      'Give --difficulty a path in a folder that is yours.',
      cause,
    )
  }
}
