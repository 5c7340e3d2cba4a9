/**
 * How a model's text can be read as a Python program.
 *
 * A model may answer with a whole definition, with only the body that continues the prompt (indented, not indented,
 * or with the first line's indentation lost), inside markdown fences or not. Every reading is a whole program; the
 * fork server takes the first one that compiles and defines the entry point, so the choice is deterministic and no
 * candidate code runs to make it.
 */

const indentation = '    '

/** The code blocks of a markdown text; an unclosed last fence counts to the end. */
export function fencedBlocks(text: string): string[] {
  const blocks: string[] = []
  const lines = text.split('\n')
  let fence: string | undefined
  let block: string[] = []
  for (const line of lines) {
    const mark = /^\s*(`{3,}|~{3,})\s*([\w+-]*)\s*$/.exec(line)
    if (fence === undefined) {
      if (mark !== null) {
        fence = mark[1]
        block = []
      }
      continue
    }
    const closes = mark !== null && mark[2] === '' && mark[1]?.startsWith(fence)
    if (closes === true || line.endsWith(fence)) {
      // Some models close on the last line of the code itself.
      if (closes !== true) block.push(line.slice(0, -fence.length))
      blocks.push(block.join('\n'))
      fence = undefined
    } else {
      block.push(line)
    }
  }
  if (fence !== undefined) blocks.push(block.join('\n'))
  return blocks
}

function escapeForPattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}

/** Where a definition of the entry point starts at the left margin, or -1. */
function definitionAt(code: string, entryPoint: string): number {
  const name = escapeForPattern(entryPoint)
  return code.search(new RegExp(String.raw`^(?:(?:async\s+)?def|class)\s+${name}\b|^${name}\s*=[^=]`, 'm'))
}

/** What a prompt says in code: its Python, and the part of it that stands before the entry point. */
export interface PromptCode {
  /** Imports, helpers, signature and docstring, ready to be continued with a body; empty when there is none. */
  readonly code: string
  /** What comes before the entry point's definition. */
  readonly preamble: string
}

/** Finds the code in a prompt: its fenced block that defines the entry point, or else the text itself. */
export function promptCode(prompt: string, entryPoint: string | undefined): PromptCode {
  if (entryPoint === undefined) return { code: '', preamble: '' }
  const block = fencedBlocks(prompt).find((one) => definitionAt(one, entryPoint) >= 0)
  let code = block ?? prompt
  const at = definitionAt(code, entryPoint)
  if (at < 0) return { code: '', preamble: '' }
  if (block === undefined) {
    // Instructions in prose may come first: code starts at the first line that looks like code.
    const start = code.search(/^(?:from|import|def|class|async def|@|#|[A-Za-z_]\w*\s*=)/m)
    if (start > 0 && start <= at) code = code.slice(start)
  }
  return { code, preamble: code.slice(0, definitionAt(code, entryPoint)) }
}

function indent(code: string): string {
  return code.replaceAll(/^(?=[^\n])/gm, indentation)
}

/** Removes the indentation that all lines share. */
function dedent(code: string): string {
  const lines = code.split('\n')
  const depths = lines
    .filter((line) => line.trim() !== '')
    .map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0)
  const shared = Math.min(...depths, Number.MAX_SAFE_INTEGER)
  return lines.map((line) => (line.trim() === '' ? '' : line.slice(shared))).join('\n')
}

/** The lines up to the first one at the left margin after the body has begun: what follows is not the function. */
function bodyOnly(code: string): string {
  const lines = code.split('\n')
  const end = lines.findIndex((line, index) => index > 0 && /^[^\s]/.test(line))
  return end < 0 ? code : lines.slice(0, end).join('\n')
}

/** A text without the indentation of its definition, when a definition is all that it is. */
function dedentDefinition(code: string): string {
  return /^\s*(?:(?:async\s+)?def|class|import|from|@)\b/.test(code) ? dedent(code) : code
}

/** The readings of a candidate's text, best first, without repetition. */
export function candidatePrograms(
  text: string,
  prompt: PromptCode,
  entryPoint: string | undefined,
): string[] {
  const normal = text.replaceAll('\r\n', '\n')
  const blocks = fencedBlocks(normal)
  const codes: string[] = []
  if (entryPoint !== undefined) {
    // A later block is the corrected one; one that does not define the entry point is most often a usage example.
    codes.push(...blocks.filter((one) => definitionAt(dedentDefinition(one), entryPoint) >= 0).toReversed())
  }
  if (blocks.length > 0) codes.push(...blocks, blocks.join('\n\n'))
  codes.push(normal)
  const programs = codes.flatMap((code) => [
    ...wholePrograms(dedentDefinition(code), prompt, entryPoint),
    ...continuations(code, prompt),
  ])
  return [...new Set(programs)]
}

/** The code as a program of its own, with what the prompt imports and defines in front. */
function wholePrograms(code: string, prompt: PromptCode, entryPoint: string | undefined): string[] {
  const at = entryPoint === undefined ? 0 : definitionAt(code, entryPoint)
  if (at < 0) return []
  const programs = [code]
  if (prompt.preamble.trim() !== '') programs.unshift(`${prompt.preamble}\n${code}`)
  // Prose around code that was not fenced; a definition inside a string is none.
  if (at > 0 && !/"""|'''/.test(code.slice(0, at))) {
    programs.push(`${prompt.preamble}\n${bodyOnly(code.slice(at))}`)
  }
  return programs
}

/**
 * The code as the body that continues the prompt. It ends where the left margin is reached again: a model that
 * continues a file goes on with whatever could follow, and that is not the answer.
 */
function continuations(code: string, prompt: PromptCode): string[] {
  if (prompt.code === '') return []
  const head = prompt.code.endsWith('\n') ? prompt.code : `${prompt.code}\n`
  const bare = code.replace(/^(?:[ \t]*\n)+/, '')
  if (/^[ \t]/.test(bare)) {
    const body = bodyOnly(bare)
    return [head + body, head + indent(dedent(body))]
  }
  // All at the left margin, or only the first line, which lost its indentation when the text was trimmed.
  return [head + indent(bare), head + indentation + bodyOnly(bare)]
}
