import { configureGlobal } from 'fast-check'
import { randomBytes } from 'node:crypto'

/** One seed for every property of a run, printed by fast-check on failure; set TEST_SEED to replay. */
const seed = Number(process.env['TEST_SEED'] ?? randomBytes(4).readUInt32LE())
configureGlobal({ seed })
console.info(`TEST_SEED=${seed}`)
