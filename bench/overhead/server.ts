import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { randomFrom } from '../../src/clock/random.ts'
import { parentPort, workerData } from 'node:worker_threads'

/**
 * A chat endpoint in a thread of its own: its work is not the client's. It answers after a time between `least` and
 * `most` milliseconds, so that calls do not come in step, and tells how long it took in `system_fingerprint`.
 */
const { least, most, seed } = workerData as {
  readonly least: number
  readonly most: number
  readonly seed: number
}
const random = randomFrom(seed)

const completion = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'an answer' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
}

const server = createServer((request, response) => {
  const began = performance.now()
  request.resume()
  request.on('end', () =>
    setTimeout(
      () => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ ...completion, system_fingerprint: String(performance.now() - began) }))
      },
      least + random() * (most - least),
    ),
  )
})
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port))
