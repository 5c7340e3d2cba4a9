import jsonpatch from 'fast-json-patch'
import { randomFrom, uniformOf } from '../../src/clock/random.ts'
import type { Json, Message } from '../../src/contract.ts'
import { messageText } from '../../src/models/message-text.ts'
import { charactersPerToken } from '../../src/models/recording.ts'
import { patched } from '../../src/steps/patch.ts'
import { revisionMessages, type Rejected } from '../../src/steps/revise.ts'
import { bootstrapResamples, type Interval } from '../../src/sweep/interval.ts'
import { jsonSchema } from '../../verifiers/json-schema.ts'
import { intervalOf } from '../replay/interval-of.ts'
import { brokenDocument, type BrokenDocument } from './broken-documents.ts'

export interface PatchBenchOptions {
  /** Default 200. */
  readonly documents?: number
  /** Default 0. */
  readonly seed?: number
  /** Revisions of a document at most; default 8. */
  readonly rounds?: number
}

/** Both arms on the same documents, with the same mistakes of the model. */
export interface PatchReport {
  readonly documents: number
  /** Output tokens of all revisions together, characters ÷ 4. */
  readonly tokens: { readonly patch: number; readonly rewrite: number }
  /** Tokens of rewriting ÷ tokens of patching, over all documents, with the 95 % interval over documents. */
  readonly ratio: Interval
  /** Share of documents that are valid in the end. */
  readonly valid: { readonly patch: number; readonly rewrite: number }
}

type Form = 'patch' | 'rewrite'

/** Share of named faults that the model corrects wrongly, and of replies that are no JSON. */
const wrongCorrections = 0.1
const spoiledReplies = 0.05

/**
 * What a revision by JSON Patch costs beside writing the document again. A scripted model is told the verifier's
 * faults and corrects those it was told of, in one form or the other. It names no more than has to change, so this
 * measures what the form costs, not how well a model knows it.
 */
export async function comparePatches({
  documents = 200,
  seed = 0,
  rounds = 8,
}: PatchBenchOptions = {}): Promise<PatchReport> {
  const arms: Record<Form, Revised[]> = { patch: [], rewrite: [] }
  for (let index = 0; index < documents; index += 1) {
    const key = `${seed}/${index}`
    const document = brokenDocument(key)
    for (const form of ['patch', 'rewrite'] as const)
      arms[form].push(await revised(document, form, rounds, key))
  }
  const sum = (form: Form) => arms[form].reduce((total, each) => total + each.tokens, 0)
  const share = (form: Form) => arms[form].filter((each) => each.valid).length / documents
  return {
    documents,
    tokens: { patch: sum('patch'), rewrite: sum('rewrite') },
    ratio: ratioOf(arms.rewrite, arms.patch, seed),
    valid: { patch: share('patch'), rewrite: share('rewrite') },
  }
}

interface Revised {
  readonly tokens: number
  readonly valid: boolean
}

/** Revises a document until it is valid, or the rounds are over. */
async function revised(document: BrokenDocument, form: Form, rounds: number, key: string): Promise<Revised> {
  const prompt = { messages: [{ role: 'user', content: 'Write the orders as JSON.' }] }
  const attempts: Rejected[] = []
  let text = JSON.stringify(document.broken, null, document.indentation)
  let meant = document.broken
  let tokens = 0
  for (let round = 0; ; round += 1) {
    const candidate = { text, finish: 'stop' as const }
    const verdict = await jsonSchema.verify({
      candidate,
      messages: prompt.messages,
      reference: document.schema,
    })
    if (verdict.kind !== 'scored') throw new Error(`the verifier failed: ${verdict.message}`)
    if (verdict.score === 1 || round === rounds) return { tokens, valid: verdict.score === 1 }
    attempts.push({ candidate, feedback: verdict.feedback ?? '' })
    const messages = revisionMessages(prompt, attempts, form === 'patch' ? 'patch' : 'conversation')
    const before = meant
    meant = corrected(meant, document.intended, messages.at(-1), `${key}/${round}`)
    const written: unknown = form === 'rewrite' ? meant : jsonpatch.compare(before as object, meant as object)
    // A model writes a patch as it writes a document: indented or not.
    const whole = JSON.stringify(written, null, document.indentation)
    const spoiled = uniformOf(0, `spoiled/${key}/${round}`) < spoiledReplies
    const reply = spoiled ? whole.slice(0, -1) : whole
    tokens += Math.ceil(reply.length / charactersPerToken)
    if (form === 'rewrite') text = reply
    else {
      const answer = patched(text, reply)
      if (answer.kind === 'unusable') meant = before
      else text = answer.text
    }
  }
}

/** The document with every fault corrected that the model was told of, or made worse. */
function corrected(current: Json, intended: Json, told: Message | undefined, key: string): Json {
  let next = structuredClone(current)
  for (const line of told ? messageText(told).split('\n') : []) {
    const path = /^(\/\S*) /.exec(line)?.[1]
    if (path === undefined) continue
    // What is right and what is not is the same for both forms.
    const wrong = uniformOf(0, `wrong/${key}/${path}`) < wrongCorrections
    const value: Json = wrong ? null : structuredClone(jsonpatch.getValueByPointer(intended, path) as Json)
    next = jsonpatch.applyOperation<Json>(next, { op: 'replace', path, value }).newDocument
  }
  return next
}

function ratioOf(over: readonly Revised[], under: readonly Revised[], seed: number): Interval {
  const random = randomFrom(`patch/${seed}`)
  const count = over.length
  const ratio = (pick: () => number) => {
    let above = 0
    let below = 0
    for (let draw = 0; draw < count; draw += 1) {
      const at = pick()
      above += over[at]?.tokens ?? 0
      below += under[at]?.tokens ?? 0
    }
    return above / below
  }
  let next = 0
  const whole = ratio(() => next++)
  const resampled = Float64Array.from({ length: bootstrapResamples }, () =>
    ratio(() => Math.floor(random() * count)),
  )
  return intervalOf(whole, resampled)
}
