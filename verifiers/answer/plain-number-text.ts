const VULGAR: Readonly<Record<string, string>> = {
  '½': '1⁄2',
  '⅓': '1⁄3',
  '⅔': '2⁄3',
  '¼': '1⁄4',
  '¾': '3⁄4',
  '⅕': '1⁄5',
  '⅖': '2⁄5',
  '⅗': '3⁄5',
  '⅘': '4⁄5',
  '⅙': '1⁄6',
  '⅚': '5⁄6',
  '⅛': '1⁄8',
  '⅜': '3⁄8',
  '⅝': '5⁄8',
  '⅞': '7⁄8',
}

const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹'
const UNUSUAL = /[\\\u0080-\uffff]/

/**
 * Spells LaTeX and typographic numbers the plain way: `\frac{3}{4}` and `¾` become `3⁄4`, `1{,}000` becomes `1,000`,
 * `10^{3}` and `10³` become `10^3`, a typographic minus becomes `-`. Commands that change a value (`\sqrt`, `\pi`)
 * stay, so that the reader sees that this is no plain number.
 */
export function plainNumberText(text: string): string {
  if (!UNUSUAL.test(text)) return text.includes('{') ? braces(text) : text
  let plain = text
  if (plain.includes('\\')) {
    plain = plain
      .replaceAll(/\\[dtc]?frac\s?(?:\{([^{}\n]{1,40})\}|(\d))\s?(?:\{([^{}\n]{1,40})\}|(\d))/g, fraction)
      .replaceAll(/\\(?:text|textbf|textit|mathrm|mathbf|mbox|operatorname)\s?\{([^{}]{0,200})\}/g, ' $1 ')
      .replaceAll(/\\[,!;: ]/g, '')
      .replaceAll(/\\(?:left|right|displaystyle)(?![a-z])/g, '')
      .replaceAll(/\\(?:times|cdot)(?![a-z])/g, '×')
      .replaceAll(/\\(?:approx|simeq)(?![a-z])/g, '≈')
      .replaceAll(/\\(?:degree|circ)(?![a-z])|\^\{?\\circ\}?/g, '°')
      .replaceAll(/\\([$%&#])/g, '$1')
      .replaceAll(/\\[()[\]]/g, ' ')
  }
  if (plain.includes('{')) plain = braces(plain)
  return plain
    .replaceAll(/[−‐‑‒–]/g, '-')
    .replaceAll(/(\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))/g, '$1,')
    .replaceAll(/[\u00a0\u2000-\u200b\u202f]/g, ' ')
    .replaceAll(/[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]/g, (sign) => ` ${VULGAR[sign] ?? sign}`)
    .replaceAll(/[⁰¹²³⁴-⁹]+/g, (run) => `^${Array.from(run, (sign) => SUPERSCRIPT.indexOf(sign)).join('')}`)
    .replaceAll(/[０-９]/g, (digit) => String(digit.charCodeAt(0) - 0xff10))
}

function braces(text: string): string {
  return text.replaceAll('{,}', ',').replaceAll(/\^\s?\{\s?([-+]?\d{1,4})\s?\}/g, '^$1')
}

function fraction(
  whole: string,
  top?: string,
  topDigit?: string,
  bottom?: string,
  bottomDigit?: string,
): string {
  const above = (top ?? topDigit ?? '').replaceAll('{,}', ',').trim()
  const below = (bottom ?? bottomDigit ?? '').replaceAll('{,}', ',').trim()
  const negative = above.startsWith('-')
  if (!/^-?[\d.,]+$/.test(above) || !/^[\d.,]+$/.test(below)) return whole
  // A leading space keeps `1\frac{1}{2}` apart as a mixed number instead of 11/2.
  return negative ? `-${above.slice(1)}⁄${below}` : ` ${above}⁄${below}`
}
