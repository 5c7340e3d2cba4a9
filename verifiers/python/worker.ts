import type { Json } from '../../src/contract.ts'
import { findInterpreter } from './interpreter.ts'
import { ForkServer } from './fork-server.ts'
import type { ServerGreeting, ServerReply } from './fork-server.ts'
import { whatIsMissing } from './missing-parts.ts'

/**
 * The fork servers of this worker thread, one per interpreter and strictness asked for (nearly always one).
 *
 * Requests are served one after another: the deadline of each starts when its turn comes. A server that ended,
 * whether a candidate killed it or we did, is replaced before the next request; nobody above notices.
 */
interface Slot {
  running?: { readonly server: ForkServer; readonly greeting: ServerGreeting }
  /** The tail of the queue. */
  last: Promise<unknown>
}

const slots = new Map<string, Slot>()

/** Which server a request wants. */
interface Wanted {
  readonly executable?: string | undefined
  readonly weak: boolean
}

function slotOf(wanted: Wanted): Slot {
  const key = `${wanted.weak ? 'weak' : 'full'} ${wanted.executable ?? ''}`
  const known = slots.get(key)
  if (known !== undefined) return known
  const slot: Slot = { last: Promise.resolve() }
  slots.set(key, slot)
  return slot
}

function inTurn<Result>(slot: Slot, work: () => Promise<Result>): Promise<Result> {
  const turn = slot.last.then(work)
  slot.last = turn.catch(() => undefined)
  return turn
}

async function serverOf(slot: Slot, wanted: Wanted) {
  if (slot.running !== undefined && !slot.running.server.ended) return slot.running
  const interpreter = findInterpreter(wanted.executable, wanted.weak)
  if (typeof interpreter === 'string') return interpreter
  const started = await ForkServer.start(interpreter)
  if (typeof started === 'string') return started
  slot.running = started
  return started
}

const triesOfRequest = 2

export interface WorkerRequest extends Wanted {
  readonly body: { readonly [field: string]: Json }
  readonly deadlineMs: number
}

/**
 * Sends one request to this worker's fork server; `refused` when candidates cannot be isolated here. A server that
 * turns out to be dead says nothing about the candidate, so the request is tried once more on a new one.
 */
export function askWorker(
  request: WorkerRequest,
): Promise<ServerReply | { readonly kind: 'refused'; readonly message: string }> {
  const slot = slotOf(request)
  const ask = async (tries: number): Promise<Awaited<ReturnType<typeof askWorker>>> => {
    const running = await serverOf(slot, request)
    if (typeof running === 'string') return { kind: 'refused', message: running }
    const missing = request.weak ? undefined : whatIsMissing(running.greeting)
    if (missing !== undefined) return { kind: 'refused', message: missing }
    const reply = await running.server.request(request.body, request.deadlineMs)
    return reply.kind === 'lost' && !reply.late && tries > 1 ? ask(tries - 1) : reply
  }
  return inTurn(slot, () => ask(triesOfRequest))
}

/** The process ids of this worker's fork servers, for tests and reports. */
export function workerProcessIds(): number[] {
  const running = [...slots.values()].map((slot) => slot.running)
  return running.flatMap((one) =>
    one === undefined || one.server.ended || one.server.pid === undefined ? [] : [one.server.pid],
  )
}

/** Ends this worker's fork servers; a later request starts new ones. */
export async function closeWorker(): Promise<void> {
  const all = [...slots.values()]
  slots.clear()
  await Promise.all(
    all.map((slot) =>
      inTurn(slot, async () => {
        await slot.running?.server.close()
      }),
    ),
  )
}

/** What the fork server of this worker says about itself; a sentence when there is none. */
export async function greetWorker(wanted: Wanted): Promise<ServerGreeting | string> {
  const slot = slotOf(wanted)
  const running = await inTurn(slot, () => serverOf(slot, wanted))
  return typeof running === 'string' ? running : running.greeting
}
