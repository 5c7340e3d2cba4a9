// Fails unless a bench printed one JSON object with its identity and no number that is missing or not finite.
import { existsSync, readFileSync } from 'node:fs'

// What may have no value, and is null then: documented in bench/README.md.
const undefinable = [
  /\.gap_share(\.\w+)?$/, // the gap is below one point: there is nothing to take a share of
  /\.share_of_offline_gain$/, // the same
  /\.(bill|ratio)\.\w+$/, // that policy never reaches this accuracy
  /\.votes_to_(match|stay)$/, // that policy is never level with the full vote
]

// Without a second model in any set there are no helpers to take a median of.
if (!existsSync('../shared/recordings')) undefinable.push(/^report\.(median|worst)\./)

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const problems = ['bench', 'seed', 'commit', 'wall_s']
  .filter((field) => !(field in report))
  .map((field) => `no field "${field}"`)
const visit = (value, path) => {
  // JSON has no NaN and no Infinity: JSON.stringify writes null for them.
  if (value === null) {
    if (!undefinable.some((pattern) => pattern.test(path)))
      problems.push(`${path} is null: not finite, or not measured`)
  } else if (typeof value === 'object') {
    for (const [key, each] of Object.entries(value)) visit(each, `${path}.${key}`)
  }
}
visit(report, 'report')
for (const problem of problems.slice(0, 20)) console.error(problem)
process.exitCode = problems.length > 0 ? 1 : 0
