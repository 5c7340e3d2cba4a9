// Fails when some part of the isolation of Python candidates is not in force on this machine.
import { describeIsolation } from '../verifiers/python/isolation.ts'

const { level, parts } = await describeIsolation()
for (const { part, inForce, reason } of parts)
  console.log(`${inForce ? 'in force' : 'MISSING '}  ${part}${reason ? `: ${reason}` : ''}`)
process.exit(level === 'full' ? 0 : 1)
