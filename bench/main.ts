import { readdir } from 'node:fs/promises'
import { Fault } from '../src/fault.ts'

/** A bench: gets its own arguments, prints its report, and may name an exit code. */
type Bench = (args: readonly string[]) => Promise<number | void>

const badInput = 2
/** Of this file: .ts from the sources, .js once compiled. */
const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'

/** `npm run -s bench -- NAME [options]`: runs one bench. Exit code 2: unknown name, bad option, bad recording. */
async function run([name = '', ...args]: readonly string[]): Promise<number> {
  const names = await benches()
  if (!names.includes(name)) {
    const problem = name === '' ? 'No bench given' : `There is no bench "${name}"`
    console.error(`${problem}. Known: ${names.join(', ')}.`)
    return badInput
  }
  try {
    // Only a file of this directory gets here, and each of them exports main.
    const bench = (await import(new URL(`./${name}${extension}`, import.meta.url).href)) as { main: Bench }
    return (await bench.main(args)) ?? 0
  } catch (cause) {
    if (!Fault.isFault(cause)) throw cause
    console.error(`${cause.message}\n${cause.advice}`)
    return badInput
  }
}

/** The files beside this one, but for those that make recordings. */
async function benches(): Promise<readonly string[]> {
  const files = await readdir(new URL('.', import.meta.url))
  return files
    .filter((file) => file.endsWith(extension) && !/^main\.|^record-|\.d\./.test(file))
    .map((file) => file.slice(0, -extension.length))
    .toSorted()
}

process.exitCode = await run(process.argv.slice(2))
