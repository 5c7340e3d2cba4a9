import { amountText } from './amounts.ts'
import { armNames, type ArmName } from './arms.ts'
import type { DemoReport } from './demo.ts'
import { settingsText, titleOf } from './settings.ts'

/** Okabe and Ito's colours, which colour-blind readers tell apart. */
const colours: Readonly<Record<ArmName, string>> = {
  large_once: '#999999',
  large: '#0072b2',
  uniform: '#e69f00',
  drop_solved: '#56b4e9',
  outthink: '#d55e00',
  escalate: '#009e73',
}
const width = 720
const height = 380
const margin = { left: 56, top: 24, bottom: 52 }
/** Room for the labels at the end of lines: at least so much, and for each character of the longest. */
const labelRoom = { least: 220, character: 6.5 }
/** Least distance between two labels at the end of lines, in pixels. */
const labelHeight = 16
const ticks = 4

/** The demo's result as one page that needs nothing from anywhere: the curve, the table, and what was bought. */
export function demoPage(report: DemoReport): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>outthink demo, seed ${report.seed}</title>
<style>
  :root { color-scheme: light dark }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
  svg { width: 100%; height: auto; font: 12px system-ui, sans-serif }
  svg text { fill: currentColor }
  .grid { stroke: currentColor; opacity: .15 }
  table { border-collapse: collapse; margin: 1rem 0; width: 100% }
  th, td { padding: .3rem .6rem; text-align: right; border-bottom: 1px solid #8884; font-variant-numeric: tabular-nums }
  th:first-child, td:first-child, .steps td, .steps th { text-align: left }
  .swatch { display: inline-block; width: .8em; height: .8em; margin-right: .5em; border-radius: 2px }
</style>
<h1>The same compute, six ways</h1>
<p>${report.prompts} held-out problems of three kinds and five levels. Every way had the same
${amountsOf(report)} Seed ${report.seed}; ${backends[report.backend]}.</p>
${settingsText(report)
  .map((sentence) => `<p>${escaped(sentence)}</p>\n`)
  .join('')}${curve(report)}
<h2>At the whole budget</h2>
${summary(report)}
<h2>Solved by level</h2>
${levels(report)}
<h2>What outthink bought, by level</h2>
<div class="steps">
${purchases(report)}
</div>
</html>
`
}

const backends = {
  llama: 'both models ran in this process',
  live: 'both models were called live',
  replay: 'recorded samples of both models were replayed',
} as const

/** The budget, the models it is spent on, and how it is counted. */
function amountsOf({ budget_flops: flops, budget_usd: usd = 0, parameters }: DemoReport): string {
  if (flops === undefined || !parameters) {
    return `${amountText({}).said(usd)} and the same draws of the same two models, a small one and a large one. Dollars are at the prices given,
prompts counted.`
  }
  return `${(flops / 1e9).toPrecision(3)} × 10⁹ FLOPs and the same draws of the same two models: small with ${millions(parameters.small)}
parameters, large with ${millions(parameters.large)}. FLOPs are 2 × parameters × (prompt + output tokens),
embeddings counted.`
}

function curve(report: DemoReport): string {
  const amounts = amountText(report)
  const titles = armNames.map((name) => titleOf(name, report))
  const most = Math.max(
    ...armNames.map((name) => Math.max(...report.arms[name].curve.map(({ solved }) => solved))),
  )
  const top = Math.min(1, Math.ceil((most + 0.02) * 10) / 10)
  const longest = Math.max(...titles.map((title) => title.length))
  const labelWidth = Math.max(labelRoom.least, labelRoom.character * longest)
  const plotWidth = width - margin.left - labelWidth
  const plotHeight = height - margin.top - margin.bottom
  // Budgets double from one to the next, so the axis does too.
  const least = Math.min(...armNames.flatMap((name) => report.arms[name].curve.map(amountOf)))
  const x = (value: number) =>
    margin.left +
    (plotWidth * Math.log(value / least)) / Math.log((report.budget_flops ?? report.budget_usd ?? 0) / least)
  const y = (share: number) => margin.top + plotHeight * (1 - share / top)
  const grid = Array.from({ length: ticks + 1 }, (_, tick) => (top * tick) / ticks).map(
    (share) =>
      `<line class="grid" x1="${margin.left}" x2="${margin.left + plotWidth}" y1="${y(share)}" y2="${y(share)}"/>` +
      `<text x="${margin.left - 8}" y="${y(share) + 4}" text-anchor="end">${Math.round(1000 * share) / 10} %</text>`,
  )
  const ends = armNames
    .map((name) => ({ name, at: y(report.arms[name].curve.at(-1)?.solved ?? 0) }))
    .toSorted((left, right) => left.at - right.at)
  for (const [index, end] of ends.entries()) {
    const above = ends[index - 1]
    if (above) end.at = Math.max(end.at, above.at + labelHeight)
  }
  const lines = armNames.map((name) => {
    const points = report.arms[name].curve.map((point) => [x(amountOf(point)), y(point.solved)] as const)
    const path = points.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' ')
    const dots = points.map(
      ([px, py]) => `<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="3" fill="${colours[name]}"/>`,
    )
    return `<polyline points="${path}" fill="none" stroke="${colours[name]}" stroke-width="2"/>${dots.join('')}`
  })
  const labels = ends.map(
    ({ name, at }) =>
      `<text x="${margin.left + plotWidth + 12}" y="${at + 4}" style="fill:${colours[name]}">${escaped(titleOf(name, report))}</text>`,
  )
  const budgets = report.arms.outthink.curve.map(
    (point) =>
      `<text x="${x(amountOf(point))}" y="${margin.top + plotHeight + 18}" text-anchor="middle">${(amountOf(point) / amounts.scale).toPrecision(2)}</text>`,
  )
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Share of problems solved against compute spent">
${[...grid, ...lines, ...labels, ...budgets].join('\n')}
<text x="${margin.left + plotWidth / 2}" y="${height - 10}" text-anchor="middle">compute spent, ${amounts.head} (doubling)</text>
<text x="14" y="${margin.top - 8}">solved</text>
</svg>`
}

function summary(report: DemoReport): string {
  const { arms: reports, prompts } = report
  const amounts = amountText(report)
  const rows = armNames.map((name) => {
    const arm = reports[name]
    return [
      label(name, report),
      `${arm.solved} of ${prompts}`,
      amounts.cell(amountOf(arm)),
      arm.tokens.toLocaleString('en'),
      String(arm.samples),
      String(arm.overshoot),
    ]
  })
  return tableOf(['', 'solved', amounts.head, 'tokens', 'samples', 'overshoot'], rows)
}

function levels(report: DemoReport): string {
  const { arms: reports } = report
  const numbers = Object.keys(reports.outthink.by_level)
  const rows = armNames.map((name) => [
    label(name, report),
    ...numbers.map((level) => {
      const row = reports[name].by_level[Number(level)]
      return row ? `${row.solved}/${row.prompts}` : '–'
    }),
  ])
  return tableOf(['', ...numbers.map((level) => `level ${level}`)], rows)
}

function purchases(report: DemoReport): string {
  const { arms: reports } = report
  const rows = (['large', 'outthink', 'escalate'] as const).flatMap((name) =>
    Object.entries(reports[name].by_level).map(([level, { steps }]) => [
      `${label(name, report)}, level ${level}`,
      Object.entries(steps)
        .toSorted(([, left], [, right]) => right - left)
        .map(([kind, count]) => `${count} × ${escaped(kind)}`)
        .join(', '),
    ]),
  )
  return tableOf(['', 'steps'], rows)
}

function label(name: ArmName, report: DemoReport): string {
  return `<span class="swatch" style="background:${colours[name]}"></span>${escaped(titleOf(name, report))}`
}

/** Names of models and files are the user's. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

/** What was spent, in whichever unit. */
function amountOf({ flops, usd }: { readonly flops?: number; readonly usd?: number }): number {
  return flops ?? usd ?? 0
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`
  return `<table>\n${line(head, 'th')}\n${rows.map((row) => line(row, 'td')).join('\n')}\n</table>`
}

function millions(count: number): string {
  return `${(count / 1e6).toFixed(2)} million`
}
