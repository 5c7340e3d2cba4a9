import { createHash } from 'node:crypto'

/** Hexadecimal digits of an answer key: 64 bits, so that among a million answers a clash is not to be expected. */
const keyDigits = 16

/**
 * A Python program without what does not change its meaning: comments, blank lines, spacing inside a line, and the
 * width of indentation. A scanner and not Python's parser, so that the key does not depend on a Python version.
 */
export function normalProgram(program: string): string {
  const lines: string[] = []
  const indents: number[] = [0]
  let line = ''
  let depth = 0
  let brackets = 0
  let at = 0
  let fresh = true
  const flush = () => {
    if (line !== '') lines.push(`${'\t'.repeat(depth)}${line}`)
    line = ''
    fresh = true
  }
  while (at < program.length) {
    if (fresh && brackets === 0) {
      const margin = /[ \t\f]*/y
      margin.lastIndex = at
      const width = (margin.exec(program)?.[0] ?? '').replaceAll('\t', '        ').length
      at = margin.lastIndex
      const next = program[at]
      if (next !== '\n' && next !== '#' && next !== '\r' && next !== undefined) {
        while (width < (indents.at(-1) ?? 0)) indents.pop()
        if (width > (indents.at(-1) ?? 0)) indents.push(width)
        depth = indents.length - 1
        fresh = false
      }
    }
    const character = program[at] ?? ''
    if (character === '\n') {
      at += 1
      if (brackets === 0) flush()
    } else if (character === '#') {
      const end = program.indexOf('\n', at)
      at = end < 0 ? program.length : end
    } else if (character === '\\' && program[at + 1] === '\n') {
      at += 2
    } else if (character === '"' || character === "'") {
      const end = endOfString(program, at)
      line += program.slice(at, end)
      at = end
    } else if (character === ' ' || character === '\t' || character === '\r' || character === '\f') {
      at += 1
      // Kept only between two words, where it separates tokens.
      if (/\w$/.test(line) && /\w/.test(program[at] ?? '')) line += ' '
    } else {
      if (character === '(' || character === '[' || character === '{') brackets += 1
      else if (character === ')' || character === ']' || character === '}')
        brackets = Math.max(0, brackets - 1)
      line += character
      at += 1
    }
  }
  flush()
  return lines.join('\n')
}

/** The index behind the string literal that starts with the quote at `at`. */
function endOfString(program: string, at: number): number {
  const quote = program[at] ?? ''
  const triple = program.startsWith(quote.repeat(3), at)
  const mark = triple ? quote.repeat(3) : quote
  let index = at + mark.length
  while (index < program.length) {
    if (program[index] === '\\') index += 2
    else if (program.startsWith(mark, index)) return index + mark.length
    else if (!triple && program[index] === '\n') return index
    else index += 1
  }
  return program.length
}

/** The answer key of a program: equal keys are the same program but for its layout. */
export function programKey(program: string): string {
  return createHash('sha256').update(normalProgram(program)).digest('hex').slice(0, keyDigits)
}
