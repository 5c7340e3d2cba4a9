import { Fault } from '../src/fault.ts'

/** A bench: gets its own arguments, prints its report. */
type Bench = (args: readonly string[]) => Promise<void>

/** Each file exports `main`; a bench that is not built yet is a missing file and says so. */
const names = ['allocation', 'votes', 'stream', 'noisy', 'escalate', 'scale'] as const

const badInput = 2

/** `npm run -s bench -- NAME [options]`: runs one bench. Exit code 2: unknown name, bad option, bad recording. */
async function run([name = '', ...args]: readonly string[]): Promise<number> {
  if (!names.some((known) => known === name)) {
    console.error(
      `${name === '' ? 'No bench given' : `There is no bench "${name}"`}. Known: ${names.join(', ')}.`,
    )
    return badInput
  }
  try {
    // The names above are the only ones that get here.
    const bench = (await import(new URL(`./${name}${extension}`, import.meta.url).href)) as { main: Bench }
    await bench.main(args)
    return 0
  } catch (cause) {
    if (!Fault.isFault(cause)) throw cause
    console.error(`${cause.message}\n${cause.advice}`)
    return badInput
  }
}

/** Of this file: .ts from the sources, .js once compiled. */
const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'

process.exitCode = await run(process.argv.slice(2))
