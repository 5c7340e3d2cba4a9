import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A chat request as the server got it. */
export interface FakeRequest {
  readonly body: Record<string, unknown> & { readonly messages: readonly { readonly content: string }[] }
  readonly headers: IncomingMessage['headers']
  /** 1 for the first. */
  readonly number: number
}

/** What to answer: a completion's fields, an HTTP error, or nothing ever. */
export type FakeAnswer =
  | {
      readonly text: string
      readonly usage?: object | null
      readonly choices?: number
      readonly finish?: string
      readonly toolCalls?: object[]
    }
  | { readonly status: number; readonly headers?: Record<string, string>; readonly error?: object }
  | 'hang'

/** An OpenAI-compatible server on loopback that does as it is told and remembers what it was asked. */
export class FakeOpenAI implements AsyncDisposable {
  readonly requests: FakeRequest[] = []
  /** Calls whose client went away before the answer. */
  disconnected = 0
  url = ''
  readonly #answer: (request: FakeRequest) => FakeAnswer
  readonly #server = createServer((request, response) => void this.#serve(request, response))

  constructor(answer: (request: FakeRequest) => FakeAnswer) {
    this.#answer = answer
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`
    return this
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!request.url?.endsWith('/chat/completions')) {
      send(response, 200, { object: 'list', data: [{ id: 'fake', object: 'model' }] })
      return
    }
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const asked: FakeRequest = {
      body: JSON.parse(Buffer.concat(parts).toString()) as FakeRequest['body'],
      headers: request.headers,
      number: this.requests.length + 1,
    }
    this.requests.push(asked)
    const answer = this.#answer(asked)
    response.on('close', () => {
      if (!response.writableFinished) this.disconnected += 1
    })
    if (answer === 'hang') return
    if ('status' in answer) {
      send(
        response,
        answer.status,
        { error: answer.error ?? { message: `scripted ${answer.status}` } },
        answer.headers,
      )
      return
    }
    const {
      text,
      usage = { prompt_tokens: 12, completion_tokens: 6, total_tokens: 18 },
      choices = 1,
      finish = 'stop',
      toolCalls,
    } = answer
    send(response, 200, {
      id: `chatcmpl-${asked.number}`,
      object: 'chat.completion',
      created: 1,
      model: asked.body['model'],
      choices: Array.from({ length: choices }, (_, index) => ({
        index,
        message: { role: 'assistant', content: text, ...(toolCalls && { tool_calls: toolCalls }) },
        finish_reason: finish,
        logprobs: null,
      })),
      ...(usage && { usage }),
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

function send(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}
