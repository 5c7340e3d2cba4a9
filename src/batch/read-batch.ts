import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Budget } from '../budget/amount.ts'
import type { Prompt } from '../contract.ts'
import { Fault } from '../fault.ts'
import type { VerifierSpec } from '../pool/verifier-pool.ts'

/** One line of a batch: a prompt, and what this engine should know about it. */
export interface BatchLine {
  /** 1-based, for messages. */
  readonly line: number
  readonly prompt: Prompt
  readonly verifier?: VerifierSpec
  /** A smaller budget inside the batch's, for this prompt alone. */
  readonly budget?: Budget
}

const chatUrl = '/v1/chat/completions'
/** Problems that one message lists. */
const mostProblems = 10

const json = z.json()
const limit = z.number().positive()

/** The OpenAI Batch input line, with an optional field of ours. */
const schema = z.strictObject({
  custom_id: z.string().min(1),
  method: z.literal('POST').optional(),
  url: z.literal(chatUrl).optional(),
  body: z.looseObject({ messages: z.array(z.looseObject({ role: z.string() })).min(1) }),
  outthink: z
    .strictObject({
      reference: json.optional(),
      meta: z.record(z.string(), json).optional(),
      task: z.string().optional(),
      verifier: z
        .union([
          z.string(),
          z.strictObject({ name: z.string(), options: z.record(z.string(), json).optional() }),
        ])
        .optional(),
      budget: z
        .strictObject({
          tokens: limit.optional(),
          inputTokens: limit.optional(),
          outputTokens: limit.optional(),
          calls: limit.optional(),
          usd: limit.optional(),
          flops: limit.optional(),
          milliseconds: limit.optional(),
        })
        .optional(),
    })
    .optional(),
})

/**
 * Reads OpenAI Batch input lines. All of the file is checked before anything is spent.
 * @throws Fault `bad-input` that lists the lines that are wrong
 */
export async function readBatch(file: string): Promise<readonly BatchLine[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Fault('bad-input', `${file} cannot be read`, 'Check the path.', cause)
  })
  const problems: string[] = []
  const lines: BatchLine[] = []
  const firstLineOf = new Map<string, number>()
  const rows = text.split('\n')
  for (const [index, row] of rows.entries()) {
    if (row.trim() === '') continue
    const line = index + 1
    const parsed = parse(row)
    if ('problem' in parsed) {
      const torn = index === rows.length - 1 ? ' (the last line has no line end: was the file cut off?)' : ''
      problems.push(`${file}:${line}: ${parsed.problem}${torn}`)
      continue
    }
    const id = parsed.value.custom_id
    const first = firstLineOf.get(id)
    if (first !== undefined) {
      problems.push(`${file}:${line}: the custom_id "${id}" was used in line ${first}`)
      continue
    }
    firstLineOf.set(id, line)
    lines.push(lineOf(line, parsed.value))
  }
  if (problems.length > 0) {
    const more = problems.length > mostProblems ? [`and ${problems.length - mostProblems} more`] : []
    throw new Fault(
      'bad-input',
      [...problems.slice(0, mostProblems), ...more].join('\n'),
      'Mend these lines; nothing was spent.',
    )
  }
  if (lines.length === 0) {
    throw new Fault('bad-input', `${file} has no lines`, 'Give one OpenAI Batch request a line.')
  }
  return lines
}

type Row = z.infer<typeof schema>

function parse(row: string): { readonly value: Row } | { readonly problem: string } {
  let value: unknown
  try {
    value = JSON.parse(row)
  } catch (cause) {
    return { problem: `this is not JSON: ${cause instanceof Error ? cause.message : String(cause)}` }
  }
  const checked = schema.safeParse(value)
  if (checked.success) return { value: checked.data }
  const [issue] = checked.error.issues
  return { problem: `${issue?.path.join('.') || 'the line'}: ${issue?.message ?? 'it is not a batch line'}` }
}

function lineOf(line: number, row: Row): BatchLine {
  const { messages, ...options } = row.body
  const { reference, meta, task, verifier, budget } = row.outthink ?? {}
  return {
    line,
    prompt: {
      id: row.custom_id,
      messages,
      options,
      ...(task !== undefined && { task }),
      ...(reference !== undefined && { reference }),
      ...(meta !== undefined && { meta }),
    },
    ...(verifier !== undefined && {
      verifier: (typeof verifier === 'string' ? { name: verifier } : verifier) as VerifierSpec,
    }),
    ...(budget !== undefined && { budget: budget as Budget }),
  }
}
