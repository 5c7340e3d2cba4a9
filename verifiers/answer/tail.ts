/** Characters of a text that are looked at, counted from its end: answers stand last, and huge texts cost nothing. */
export const TAIL_CHARACTERS = 65_536

/** The part of a candidate's text in which the answer is looked for. */
export function tail(text: string): string {
  return text.length > TAIL_CHARACTERS ? text.slice(-TAIL_CHARACTERS) : text
}
