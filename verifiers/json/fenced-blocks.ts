/** A Markdown code fence in a message. */
export interface FencedBlock {
  /** The word after the opening fence, in lower case; empty when there is none. */
  readonly language: string
  readonly body: string
  /** False when the message ends inside the block: a truncated answer. */
  readonly closed: boolean
}

const FENCE = /^[ \t]{0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)/

/**
 * The code fences of a message, in order. One pass over the lines: a message made of backticks costs no more than
 * any other.
 */
export function fencedBlocks(text: string): readonly FencedBlock[] {
  const blocks: FencedBlock[] = []
  let open: { mark: string; language: string; bodyStart: number } | undefined
  let lineStart = 0
  while (lineStart <= text.length) {
    const newline = text.indexOf('\n', lineStart)
    const lineEnd = newline === -1 ? text.length : newline
    const line = text.slice(lineStart, lineEnd)
    const fence = FENCE.exec(line)
    const mark = fence?.[1]
    if (open === undefined && mark !== undefined) {
      open = {
        mark,
        language: (fence?.[2] ?? '').toLowerCase(),
        bodyStart: Math.min(lineEnd + 1, text.length),
      }
    } else if (open !== undefined && mark !== undefined && closes(line, mark, open.mark)) {
      const body = text.slice(open.bodyStart, Math.max(open.bodyStart, lineStart - 1))
      blocks.push({ language: open.language, body, closed: true })
      open = undefined
    }
    if (newline === -1) break
    lineStart = newline + 1
  }
  if (open !== undefined) {
    blocks.push({ language: open.language, body: text.slice(open.bodyStart), closed: false })
  }
  return blocks
}

/** A closing fence is at least as long as the opening one, of the same character, and carries no language. */
function closes(line: string, mark: string, opening: string): boolean {
  return mark.startsWith(opening) && line.trim() === mark
}
