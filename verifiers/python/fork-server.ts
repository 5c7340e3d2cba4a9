import { ChildProcess, spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import type { Json } from '../../src/contract.ts'
import type { Interpreter } from './interpreter.ts'
import { serverProgram, startProgram } from './server/program.ts'

/** What the fork server says about itself once it is up: each part with null (in force) or the reason it is not. */
export interface ServerGreeting {
  readonly report: { readonly [part: string]: string | null }
  readonly executable: string
  readonly version: string
}

/** What became of a request. `lost`: the server ended or did not answer in time and has been killed. */
export type ServerReply =
  | { readonly kind: 'answered'; readonly json: string }
  | { readonly kind: 'lost'; readonly late: boolean; readonly message: string }

type ServerProcess = ChildProcessByStdio<Writable, Readable, Readable>

/** Megabytes of a candidate's private /tmp. */
const scratchMegabytes = 16
/** How long an interpreter may take to start and isolate itself. */
const startMilliseconds = 15_000
/** Beyond a candidate's deadline the server itself is given this long before it is killed. */
const graceMilliseconds = 500
/** How long a server may take to end by itself after its input was closed. */
const closeMilliseconds = 300
const headerBytes = 4
const stderrCharacters = 2_000

/**
 * One running fork server and its side of the protocol: frames of a 4-byte length and JSON, one request at a time.
 *
 * `starting` → `idle` ⇄ `busy` → `ended`. While idle nothing of it keeps Node alive; while busy it does. Ended is
 * final: the client then starts another one.
 */
export class ForkServer {
  readonly #process: ServerProcess
  readonly #closed: Promise<void>
  #received: Buffer = Buffer.alloc(0)
  #stderr = ''
  #ended = false
  #waiting: ((json: string | undefined) => void) | undefined

  private constructor(interpreter: Interpreter) {
    const settings = JSON.stringify({ scratchMegabytes })
    this.#process = spawn(interpreter.executable, ['-s', '-c', startProgram, settings, serverProgram], {
      ...interpreter.user,
      cwd: '/',
      // One order of sets and dicts of text for every run: a verdict must not depend on the hash seed.
      env: { PYTHONHASHSEED: '0', PYTHONUTF8: '1', PYTHONDONTWRITEBYTECODE: '1', PYTHONSAFEPATH: '1' },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#closed = new Promise((resolve) => {
      const end = () => {
        this.#end()
        resolve()
      }
      this.#process.once('close', end)
      this.#process.once('error', (error) => {
        this.#stderr += error.message
        end()
      })
    })
    this.#process.stdout.on('data', (chunk: Buffer) => this.#receive(chunk))
    this.#process.stdout.once('end', () => this.#end())
    this.#process.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-stderrCharacters)
    })
    // A server killed between two requests breaks the pipe; that is seen as its end, not as an error.
    this.#process.stdin.on('error', () => this.#end())
  }

  /** Starts a server and waits for its greeting; the reason when it does not come. */
  static async start(
    interpreter: Interpreter,
  ): Promise<{ readonly server: ForkServer; readonly greeting: ServerGreeting } | string> {
    const server = new ForkServer(interpreter)
    const json = await server.#answer(startMilliseconds)
    if (json === undefined) {
      await server.kill()
      return `the Python fork server did not start: ${server.#stderr.trim() || 'no reason given'}`
    }
    server.#hold(false)
    const greeting: ServerGreeting = JSON.parse(json)
    return { server, greeting }
  }

  get ended(): boolean {
    return this.#ended
  }

  /** The process id of the launcher: killing it kills everything below it. */
  get pid(): number | undefined {
    return this.#process.pid
  }

  async request(body: { readonly [field: string]: Json }, deadlineMs: number): Promise<ServerReply> {
    if (this.#ended) return { kind: 'lost', late: false, message: 'the Python fork server has ended' }
    this.#hold(true)
    const text = Buffer.from(JSON.stringify({ ...body, deadlineMs }), 'utf8')
    const header = Buffer.alloc(headerBytes)
    header.writeUInt32BE(text.length)
    this.#process.stdin.write(header)
    this.#process.stdin.write(text)
    const limit = deadlineMs + graceMilliseconds
    const started = performance.now()
    const answer = await this.#answer(limit)
    if (answer === undefined) {
      const late = performance.now() - started >= limit
      await this.kill()
      return {
        kind: 'lost',
        late,
        message: late ? 'the fork server did not answer' : 'the fork server was killed',
      }
    }
    this.#hold(false)
    return { kind: 'answered', json: answer }
  }

  /** Ends the server: asks first, then kills. No process is left when this resolves. */
  async close(): Promise<void> {
    this.#hold(true)
    this.#process.stdin.end()
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), closeMilliseconds)
    await this.#closed
    clearTimeout(timer)
  }

  async kill(): Promise<void> {
    this.#hold(true)
    this.#process.kill('SIGKILL')
    this.#process.stdin.destroy()
    await this.#closed
  }

  #answer(limit: number): Promise<string | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#settle(undefined), limit)
      this.#waiting = (json) => {
        clearTimeout(timer)
        resolve(json)
      }
      if (this.#ended) this.#settle(undefined)
    })
  }

  #settle(json: string | undefined): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.(json)
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    if (this.#received.length < headerBytes) return
    const length = this.#received.readUInt32BE(0)
    if (this.#received.length < headerBytes + length) return
    const text = this.#received.toString('utf8', headerBytes, headerBytes + length)
    this.#received = this.#received.subarray(headerBytes + length)
    this.#settle(text)
  }

  #end(): void {
    this.#ended = true
    this.#settle(undefined)
  }

  /** Whether this server keeps Node alive. */
  #hold(held: boolean): void {
    const handles = [this.#process, this.#process.stdin, this.#process.stdout, this.#process.stderr]
    for (const handle of handles) {
      // Pipes of a child process are sockets; the stream types do not say so.
      if (!(handle instanceof ChildProcess) && !(handle instanceof Socket)) continue
      if (held) handle.ref()
      else handle.unref()
    }
  }
}
