import { readFile, rename, writeFile } from 'node:fs/promises'
import { MenuMemory } from '../allocator/menu-memory.ts'
import { DifficultyLearner } from '../difficulty/learner.ts'
import { Fault } from '../fault.ts'

/** What runs learn and pass on: how hard prompts are, and what each kind of step is worth beside a plain sample. */
export interface Experience {
  readonly difficulty: DifficultyLearner
  readonly menu: MenuMemory
}

/**
 * What earlier runs learned; nothing yet where there is no file yet.
 * @throws Fault `bad-input` for a file that is none
 */
export async function readDifficulty(file: string | undefined): Promise<Experience | undefined> {
  if (file === undefined) return undefined
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw new Fault('bad-input', `${file} cannot be read`, 'Check --difficulty.', cause)
  })
  if (text === undefined) return { difficulty: new DifficultyLearner(), menu: new MenuMemory() }
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
  const menu = typeof saved === 'object' && saved !== null && 'menu' in saved ? saved.menu : undefined
  return { difficulty: DifficultyLearner.from(saved), menu: MenuMemory.from(menu) }
}

/** Replaces the file only when the new one is whole. @throws Fault `bad-argument` when it cannot be written */
export async function writeDifficulty(
  file: string | undefined,
  experience: Experience | undefined,
): Promise<void> {
  if (file === undefined || !experience) return
  const partial = `${file}.partial`
  try {
    await writeFile(
      partial,
      `${JSON.stringify({ ...experience.difficulty.toJSON(), menu: experience.menu })}\n`,
    )
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
