import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import OpenAI from 'openai'
import { bestOfN } from '../strategies/best-of-n.ts'
import { Engine } from '../src/engine.ts'
import { OpenAIModel } from '../src/models/openai.ts'
import { benchOptions, commitOf } from './replay/options.ts'

const inFlight = 64
const fullSamples = 6000
const quickSamples = 1536
/** What the server waits before it answers, in milliseconds: long enough that 64 in flight do not fill a core. */
const serverDelay = { least: 100, most: 200 }
/** Bare and engine take turns, so that what else the machine does falls on both. */
const rounds = 6

interface Lane {
  readonly milliseconds: number[]
  cpuMicroseconds: number
}

/**
 * What the engine adds to a call of the `openai` client on loopback, with 64 calls in flight: the time of one sample
 * through the bare client, and of one prompt with one sample through the engine, in turns against one server, each
 * less what the server took.
 */
export async function main(args: readonly string[]): Promise<void> {
  const options = await benchOptions(args)
  const started = performance.now()
  const samples = options.quick ? quickSamples : fullSamples
  const server = new Worker(new URL(`./overhead/server${extname(import.meta.url)}`, import.meta.url), {
    workerData: { ...serverDelay, seed: options.seed },
  })
  const [port] = (await once(server, 'message')) as [number]
  const client = new OpenAI({
    baseURL: `http://127.0.0.1:${port}/v1`,
    apiKey: 'none',
    maxRetries: 0,
  })
  const bare: Lane = { milliseconds: [], cpuMicroseconds: 0 }
  const engine: Lane = { milliseconds: [], cpuMicroseconds: 0 }
  const each = Math.ceil(samples / rounds)
  // One round of each before anything is counted: connections and compiled code are warm then.
  await runBare(client, inFlight * 4, { milliseconds: [], cpuMicroseconds: 0 })
  await runEngine(client, inFlight * 4, { milliseconds: [], cpuMicroseconds: 0 })
  for (let round = 0; round < rounds; round += 1) {
    await runBare(client, each, bare)
    await runEngine(client, each, engine)
  }
  await server.terminate()
  const [plain, ours] = [summary(bare), summary(engine)]
  const report = {
    bench: 'overhead',
    seed: options.seed,
    commit: commitOf(),
    samples: each * rounds,
    in_flight: inFlight,
    bare: plain,
    engine: ours,
    overhead_ms: { p50: ours.p50_ms - plain.p50_ms, p99: ours.p99_ms - plain.p99_ms },
    overhead_cpu_ms_per_sample: (ours.cpu_us_per_sample - plain.cpu_us_per_sample) / 1000,
    bar_ms: { p50: 1, goal_p50: 0.2 },
    wall_s: (performance.now() - started) / 1000,
  }
  if (options.json) console.log(JSON.stringify(report))
  else {
    console.log(
      `One sample on loopback, ${inFlight} in flight, ${report.samples} samples each:\n` +
        `  bare client  p50 ${plain.p50_ms.toFixed(2)} ms, p99 ${plain.p99_ms.toFixed(2)} ms, ${plain.cpu_us_per_sample.toFixed(0)} µs of CPU\n` +
        `  engine       p50 ${ours.p50_ms.toFixed(2)} ms, p99 ${ours.p99_ms.toFixed(2)} ms, ${ours.cpu_us_per_sample.toFixed(0)} µs of CPU\n` +
        `  added        p50 ${report.overhead_ms.p50.toFixed(2)} ms (bar 1, goal 0.2), ${report.overhead_cpu_ms_per_sample.toFixed(3)} ms of CPU a sample`,
    )
  }
}

/** A completion that tells how long the server took. */
interface Served {
  readonly system_fingerprint?: string
}

/** Runs work with 64 in flight and keeps the time of each piece and the processor's time of all. */
async function lane(count: number, into: Lane, work: (index: number) => Promise<Served>): Promise<void> {
  const before = process.cpuUsage()
  let next = 0
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (next < count) {
        const index = next
        next += 1
        const started = performance.now()
        const { system_fingerprint: served } = await work(index)
        // What the server itself took is not the client's time.
        into.milliseconds.push(performance.now() - started - Number(served))
      }
    }),
  )
  const { user, system } = process.cpuUsage(before)
  into.cpuMicroseconds += user + system
}

const messages = [{ role: 'user' as const, content: 'What is the time?' }]

function runBare(client: OpenAI, count: number, into: Lane): Promise<void> {
  return lane(count, into, () => client.chat.completions.create({ model: 'm', messages, max_tokens: 100 }))
}

async function runEngine(client: OpenAI, count: number, into: Lane): Promise<void> {
  await using engine = new Engine({
    models: [new OpenAIModel(client, { profile: { name: 'm', maxOutputTokens: 100 } })],
    budget: { tokens: 1e9 },
    strategy: bestOfN({ samples: 1 }),
    concurrency: inFlight,
  })
  await lane(count, into, async (index) => {
    const { raw } = await engine.solve({ id: String(index), messages, options: { model: 'm' } })
    return raw as Served
  })
}

function summary({ milliseconds, cpuMicroseconds }: Lane) {
  const sorted = milliseconds.toSorted((left, right) => left - right)
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
  return { p50_ms: at(0.5), p99_ms: at(0.99), cpu_us_per_sample: cpuMicroseconds / sorted.length }
}
