import { fencedBlocks } from '../json/fenced-blocks.ts'

/** Characters. QuickJS parses some megabytes a second; no candidate program is longer. */
export const MAX_PROGRAM_CHARACTERS = 500_000

/** Fences tried one by one when they do not load together. */
const MAX_ALTERNATIVES = 3

const LANGUAGES = new Set(['', 'js', 'javascript', 'mjs', 'cjs', 'node', 'jsx', 'ecmascript'])

/**
 * The programs a message may mean, best first; empty when it is too long. One code fence is the program, no fence makes
 * the whole message one. Several fences are pieces of one program, unless they do not load together (two versions of
 * the same constant, an example that needs the network): then it is the last that loads and defines every
 * wanted name.
 */
export function candidatePrograms(text: string, wantedNames: readonly string[]): readonly string[] {
  if (text.length > MAX_PROGRAM_CHARACTERS) return []
  const fenced = fencedBlocks(text)
    .filter((block) => LANGUAGES.has(block.language))
    .map((block) => block.body)
  const [first] = fenced
  if (first === undefined) return [text]
  if (fenced.length === 1) return [first]
  const complete = fenced.filter((body) => wantedNames.every((name) => defines(body, name)))
  return [fenced.join('\n'), ...complete.slice(-MAX_ALTERNATIVES).toReversed()]
}

function defines(body: string, name: string): boolean {
  // Names come from the tests and are identifiers; `$` alone means something in a pattern.
  const literal = name.replaceAll('$', String.raw`\$`)
  return new RegExp(String.raw`\b(?:function\s*\*?|const|let|var|class)\s+${literal}(?![\w$])`).test(body)
}
