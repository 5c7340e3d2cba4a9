import { hash32 } from '../clock/random.ts'
import type { BatchLine } from './read-batch.ts'
import { completionOf } from '../wrap/completion.ts'
import type { Result } from '../result.ts'

/**
 * An OpenAI Batch output line, with what this engine did in `outthink`. A prompt without an answer has an error and
 * no response: an error's text is never an answer.
 */
export function outputLine(line: BatchLine, result: Result, seed: number): string {
  const { prompt } = line
  const id = `batch_req_${hash32(`${seed}/${prompt.id}`).toString(16).padStart(8, '0')}`
  const [reason] = result.reasons
  return JSON.stringify({
    id,
    custom_id: prompt.id,
    response: result.answer
      ? {
          status_code: 200,
          request_id: id,
          body: completionOf(result, { id, created: 0, model: modelOf(line, result) }),
        }
      : null,
    error: result.answer
      ? null
      : { code: reason?.code ?? 'failed', message: result.reasons.map((each) => each.message).join('; ') },
    outthink: {
      status: result.status,
      score: result.verdict?.kind === 'scored' ? result.verdict.score : null,
      samples: result.trace.length,
      usage: result.usage,
      ...(result.estimated && { estimated: true }),
      reasons: result.reasons,
    },
  })
}

function modelOf(line: BatchLine, result: Result): string {
  const asked = line.prompt.options?.['model']
  return typeof asked === 'string' ? asked : (result.trace[0]?.step.model ?? '')
}
