/** Boxes tried from the end; a text of a thousand unclosed boxes must not cost a thousand scans. */
const BOXES_TRIED = 8

/** The index after the brace that closes the one at `open`, or -1 when it is never closed. */
export function closingBrace(text: string, open: number): number {
  let depth = 0
  for (let index = open; index < text.length; index += 1) {
    const character = text[index]
    if (character === '\\') index += 1
    else if (character === '{') depth += 1
    else if (character === '}') {
      depth -= 1
      if (depth === 0) return index + 1
    }
  }
  return -1
}

/** What stands in the last closed and non-empty `\boxed{…}` (nested braces allowed, `\boxed 5` too). */
export function boxed(text: string): string | undefined {
  let from = text.length
  for (let tried = 0; tried < BOXES_TRIED; tried += 1) {
    const at = Math.max(text.lastIndexOf('\\boxed', from), text.lastIndexOf('\\fbox', from))
    if (at < 0) return undefined
    const content = contentOf(text, at)
    if (content !== undefined && content.trim() !== '') return unnested(content)
    if (at === 0) return undefined
    from = at - 1
  }
  return undefined
}

function contentOf(text: string, at: number): string | undefined {
  let open = at + (text.startsWith('\\boxed', at) ? '\\boxed'.length : '\\fbox'.length)
  while (text[open] === ' ') open += 1
  if (text[open] === '{') {
    const end = closingBrace(text, open)
    return end < 0 ? undefined : text.slice(open + 1, end - 1)
  }
  return /^[^\s$\\{}]{1,64}/.exec(text.slice(open, open + 65))?.[0]
}

/** `\boxed{\boxed{5}}` says 5. */
function unnested(content: string): string {
  const trimmed = content.trim()
  return trimmed.startsWith('\\boxed{') ? (boxed(trimmed) ?? trimmed) : trimmed
}
