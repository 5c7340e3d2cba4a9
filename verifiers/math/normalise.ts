import { closingBrace } from '../answer/boxed.ts'

/** Typographic signs and their LaTeX or plain spelling. */
const SIGNS: Readonly<Record<string, string>> = {
  '−': '-',
  '–': '-',
  '‐': '-',
  '‑': '-',
  '‒': '-',
  '×': '\\times ',
  '⋅': '\\cdot ',
  '·': '\\cdot ',
  '∙': '\\cdot ',
  '÷': '/',
  '∕': '/',
  '⁄': '/',
  '√': '\\sqrt ',
  '∛': '\\sqrt[3]',
  π: '\\pi ',
  '∞': '\\infty ',
  '≤': '\\le ',
  '⩽': '\\le ',
  '≥': '\\ge ',
  '⩾': '\\ge ',
  '≠': '\\neq ',
  '≈': '\\approx ',
  '∪': '\\cup ',
  '∩': '\\cap ',
  '∈': '\\in ',
  '∅': '\\emptyset ',
  ℝ: '\\mathbb{R}',
  '±': '\\pm ',
  '∓': '\\mp ',
  '°': '^\\circ ',
  º: '^\\circ ',
  '∠': '\\angle ',
  '⟨': '\\langle ',
  '⟩': '\\rangle ',
  '⌊': '\\lfloor ',
  '⌋': '\\rfloor ',
  '⌈': '\\lceil ',
  '⌉': '\\rceil ',
  '∧': '\\land ',
  '∨': '\\lor ',
  '→': '\\to ',
  '’': "'",
  '′': "'",
  '“': '"',
  '”': '"',
  '，': ',',
  '。': '.',
  '（': '(',
  '）': ')',
  '…': '\\ldots ',
  α: '\\alpha ',
  β: '\\beta ',
  γ: '\\gamma ',
  δ: '\\delta ',
  ε: '\\epsilon ',
  θ: '\\theta ',
  λ: '\\lambda ',
  μ: '\\mu ',
  ρ: '\\rho ',
  σ: '\\sigma ',
  τ: '\\tau ',
  φ: '\\phi ',
  ω: '\\omega ',
  Δ: '\\Delta ',
  Ω: '\\Omega ',
  '½': '\\frac{1}{2}',
  '⅓': '\\frac{1}{3}',
  '⅔': '\\frac{2}{3}',
  '¼': '\\frac{1}{4}',
  '¾': '\\frac{3}{4}',
  '⅕': '\\frac{1}{5}',
  '⅖': '\\frac{2}{5}',
  '⅗': '\\frac{3}{5}',
  '⅘': '\\frac{4}{5}',
  '⅙': '\\frac{1}{6}',
  '⅚': '\\frac{5}{6}',
  '⅛': '\\frac{1}{8}',
  '⅜': '\\frac{3}{8}',
  '⅝': '\\frac{5}{8}',
  '⅞': '\\frac{7}{8}',
}

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻'
const RAISED_PLAIN = '0123456789+-'
const LOWERED = '₀₁₂₃₄₅₆₇₈₉'

/** Commands that only space or size things. */
const INVISIBLE =
  /\\(?:left|right|displaystyle|textstyle|scriptstyle|limits|nolimits|[bB]igg?[lrm]?|quad|qquad|thinspace|medspace|thickspace|enspace|nobreak|allowbreak|centering|hfill|rm|bf|it|cal|mathstrut|strut)(?![a-zA-Z])/g

/** Other names of the same command. */
const ALIASES: readonly (readonly [RegExp, string])[] = [
  [/\\[dtc]frac(?![a-zA-Z])/g, '\\frac'],
  [/\\[dt]binom(?![a-zA-Z])/g, '\\binom'],
  [/\\(?:leq|leqslant|lt=)(?![a-zA-Z])/g, '\\le '],
  [/\\(?:geq|geqslant)(?![a-zA-Z])/g, '\\ge '],
  [/\\ne(?![a-zA-Z])|\\not\s*=/g, '\\neq '],
  [/\\lt(?![a-zA-Z])/g, '<'],
  [/\\gt(?![a-zA-Z])/g, '>'],
  [/\\(?:lbrace)(?![a-zA-Z])/g, '\\{'],
  [/\\(?:rbrace)(?![a-zA-Z])/g, '\\}'],
  [/\\(?:lvert|rvert|vert)(?![a-zA-Z])/g, '|'],
  [/\\(?:lbrack)(?![a-zA-Z])/g, '['],
  [/\\(?:rbrack)(?![a-zA-Z])/g, ']'],
  [/\\(?:varnothing|O)(?![a-zA-Z])/g, '\\emptyset '],
  [/\\(?:setminus|smallsetminus|backslash)(?![a-zA-Z])/g, '\\setminus '],
  [/\\(?:Reals|reals|R)(?![a-zA-Z])/g, '\\mathbb{R}'],
  [/\\mathbf\s*\{R\}|\\Bbb\s*\{?R\}?|\\mathbb\s+R/g, '\\mathbb{R}'],
  [/\\(?:land|wedge)(?![a-zA-Z])/g, '\\text{and}'],
  [/\\(?:lor|vee)(?![a-zA-Z])/g, '\\text{or}'],
  [/\\(?:degree|degrees)(?![a-zA-Z])/g, '^\\circ '],
  [/\\(?:cdots|dots|dotsc|dotsb)(?![a-zA-Z])/g, '\\ldots '],
  [/\\varphi(?![a-zA-Z])/g, '\\phi '],
  [/\\varepsilon(?![a-zA-Z])/g, '\\epsilon '],
  [/\\(?:colon)(?![a-zA-Z])/g, ':'],
  [/\\(?:mid)(?![a-zA-Z])/g, '\\mid '],
  [/\\(?:operatorname)\s*\*?/g, '\\text'],
  [
    /\\(?:textbf|textit|textrm|textsf|texttt|textup|textnormal|emph|mbox|hbox|mathrm|mathit|mathsf|mathtt|mathbf|mathbfit|boldsymbol|bm|symbf|pmb|mathcal|underline)(?![a-zA-Z])/g,
    '\\text',
  ],
  [/\\frac\{d([a-z])\}\{d([a-z])\}/g, '\\text{d$1/d$2}'],
  // Digits that repeat: 0.\dot{3} is 0.\overline{3}.
  [/\\(?:dot|bar)(?=\s*\{?\d)/g, '\\overline'],
  [/\\(?:bar)(?![a-zA-Z])/g, '\\overline'],
]

/** The currency sign, once the dollar signs of mathematics are gone. */
export const CURRENCY = '\u00a4'

/** Spells an answer's LaTeX and typography in one way; what an answer means is for the parser. */
export function normalise(answer: string): string {
  let text = answer.replaceAll(/[\u0000-\u001f\u00a0\u2000-\u200f\u202f\u205f\u3000\ufeff]/g, ' ')
  text = text.replaceAll(/\*\*(?=\S[^*]*\*\*)|(?<=\S)\*\*(?!\s*[\w(\\{-])/g, '')
  text = withLineBreaks(text)
  text = text.replaceAll('\\$', CURRENCY)
  text = withoutMathSigns(text)
  if (/[^\u0020-\u007e]/.test(text)) text = withPlainSigns(text)
  text = unboxed(text)
  text = text
    .replaceAll(INVISIBLE, ' ')
    .replaceAll(/\\(?:hspace|vspace|phantom|hphantom|label|tag)\*?\s*\{[^{}]*\}/g, ' ')
  for (const [pattern, plain] of ALIASES) text = text.replaceAll(pattern, plain)
  // `1\,000`, `1\!000` and `1{,}000` are one number; other thin spaces only part things.
  text = text.replaceAll(/(?<=\d)\s*(?:\{,\}|,?\\[,!;: ]|,\s*\\!)\s*(?=\d{3}(?!\d))/g, '')
  text = text
    .replaceAll('{,}', ',')
    .replaceAll(/\\[,;:! >]|~/g, ' ')
    .replaceAll(/\\\./g, ' ')
  text = text.replaceAll(/\\%/g, '%').replaceAll(/\\[&#_]/g, (pair) => pair.slice(1))
  text = text
    .replaceAll(/\\newline\s*$/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return withoutStop(text)
}

/** A double backslash ends a line of a matrix; elsewhere, before a name, it is a backslash that was escaped twice. */
function withLineBreaks(text: string): string {
  const single = text.includes('\\begin') ? text : text.replaceAll(/\\{2}(?=[A-Za-z{}])/g, '\\')
  return single.replaceAll(/\\{2}(?:\s*\[[^\]]{0,12}\])?/g, '\\newline ')
}

function withoutMathSigns(text: string): string {
  const plain = text.replaceAll(/\\[()]|\\[[\]]/g, ' ').replaceAll('$$', ' ')
  const signs = plain.split('$').length - 1
  // One dollar sign, or each one before a figure with nothing that closes it, is money.
  if (signs === 0) return plain
  return signs % 2 === 1 ? plain.replaceAll('$', CURRENCY) : plain.replaceAll('$', ' ')
}

function withPlainSigns(text: string): string {
  return text
    .replaceAll(
      /[⁰¹²³⁴-⁹⁺⁻]+/g,
      (run) => `^{${Array.from(run, (sign) => RAISED_PLAIN[RAISED.indexOf(sign)]).join('')}}`,
    )
    .replaceAll(/[₀-₉]+/g, (run) => `_{${Array.from(run, (sign) => LOWERED.indexOf(sign)).join('')}}`)
    .replaceAll(/[^\u0020-\u007e]/g, (sign) => SIGNS[sign] ?? sign)
}

function unboxed(text: string): string {
  let plain = text
  for (let layer = 0; layer < 3; layer += 1) {
    const at = plain.search(/\\f?boxed?\s*\{/)
    if (at < 0) return plain
    const open = plain.indexOf('{', at)
    const end = closingBrace(plain, open)
    if (end < 0) return plain
    plain = `${plain.slice(0, at)} ${plain.slice(open + 1, end - 1)} ${plain.slice(end)}`
  }
  return plain
}

/** A full stop or comma at the very end belongs to the sentence around the answer. */
function withoutStop(text: string): string {
  return text.replace(/(?<!\.)[.,;:]+(?:\s*\})?$/, (stop) => (stop.endsWith('}') ? stop : '')).trim()
}
