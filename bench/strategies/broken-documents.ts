import { randomFrom, type Random } from '../../src/clock/random.ts'
import type { Json } from '../../src/contract.ts'

/** A JSON document that breaks its schema, and what it should have been. */
export interface BrokenDocument {
  readonly schema: Json
  readonly broken: Json
  readonly intended: Json
  /** Spaces of indentation that it is written with; 0: all on one line. */
  readonly indentation: number
}

const smallest = 1000
/** The last order may add 1,500 characters to this. */
const largest = 18_500
const mostViolations = 12

const countries = ['AT', 'CH', 'DE', 'FR', 'IT']
const words = ['amber', 'birch', 'cedar', 'delta', 'ember', 'fjord', 'grove', 'heath', 'inlet', 'jetty']

interface Line {
  readonly article: string
  readonly count: number
  readonly price: number
  readonly note: string
}

interface Order {
  readonly number: string
  readonly customer: { readonly name: string; readonly country: string; readonly postcode: string }
  readonly lines: readonly Line[]
  readonly paid: boolean
  readonly tags: readonly string[]
}

const lineSchema: Json = {
  type: 'object',
  properties: {
    article: { type: 'string', pattern: '^[a-z]+-[0-9]{4}$' },
    count: { type: 'integer', minimum: 1, maximum: 99 },
    price: { type: 'number', minimum: 0 },
    note: { type: 'string', maxLength: 120 },
  },
  required: ['article', 'count', 'price', 'note'],
  additionalProperties: false,
}

const schema: Json = {
  type: 'array',
  items: {
    type: 'object',
    properties: {
      number: { type: 'string', pattern: '^[0-9]{6}$' },
      customer: {
        type: 'object',
        properties: {
          name: { type: 'string', minLength: 1 },
          country: { enum: countries },
          postcode: { type: 'string', pattern: '^[0-9]{4,5}$' },
        },
        required: ['name', 'country', 'postcode'],
        additionalProperties: false,
      },
      lines: { type: 'array', minItems: 1, items: lineSchema },
      paid: { type: 'boolean' },
      tags: { type: 'array', items: { type: 'string' } },
    },
    required: ['number', 'customer', 'lines', 'paid', 'tags'],
    additionalProperties: false,
  },
}

/** What goes wrong in a document that a model wrote: a kind a violation. */
const violations: readonly ((order: Order, random: Random) => unknown)[] = [
  (whole) => ({ ...whole, number: Number(whole.number) }),
  (whole) => ({ ...whole, paid: whole.paid ? 'yes' : 'no' }),
  (whole) => without(whole, 'paid'),
  (whole) => ({ ...whole, currency: 'EUR' }),
  (whole) => ({ ...whole, customer: { ...whole.customer, country: 'Germany' } }),
  (whole) => ({ ...whole, tags: whole.tags.join(', ') }),
  (whole, random) => withLine(whole, random, (line) => ({ ...line, count: 0 })),
  (whole, random) => withLine(whole, random, (line) => ({ ...line, price: `${line.price} EUR` })),
  (whole, random) => withLine(whole, random, (line) => without(line, 'note')),
  (whole, random) => withLine(whole, random, (line) => ({ ...line, article: line.article.toUpperCase() })),
]

/** A document of 1 to 20 kB, sizes spread evenly over the logarithm, with one to twelve violations of its schema. */
export function brokenDocument(seed: string): BrokenDocument {
  const random = randomFrom(seed)
  const size = smallest * (largest / smallest) ** random()
  const indentation = [0, 2, 4][below(random, 3)] ?? 0
  const orders: Order[] = []
  do orders.push(orderOf(random))
  while (JSON.stringify(orders, null, indentation).length < size)
  const broken: unknown[] = [...orders]
  const places = Math.min(orders.length * 2, 1 + below(random, mostViolations))
  for (let place = 0; place < places; place += 1) {
    const at = below(random, orders.length)
    const spoil = violations[below(random, violations.length)]
    // One violation an order: a second could undo the first.
    if (broken[at] === orders[at] && spoil) broken[at] = spoil(orders[at] as Order, random)
  }
  return { schema, broken: broken as Json, intended: orders as unknown as Json, indentation }
}

function orderOf(random: Random): Order {
  return {
    number: String(100_000 + below(random, 900_000)),
    customer: {
      name: `${word(random)} ${word(random)}`,
      country: countries[below(random, countries.length)] ?? 'AT',
      postcode: String(1000 + below(random, 90_000)),
    },
    lines: Array.from({ length: 1 + below(random, 4) }, () => ({
      article: `${word(random)}-${1000 + below(random, 9000)}`,
      count: 1 + below(random, 99),
      price: below(random, 100_000) / 100,
      note: Array.from({ length: 2 + below(random, 8) }, () => word(random)).join(' '),
    })),
    paid: random() < 0.5,
    tags: Array.from({ length: below(random, 4) }, () => word(random)),
  }
}

function withLine(whole: Order, random: Random, change: (line: Line) => unknown): unknown {
  const at = below(random, whole.lines.length)
  return { ...whole, lines: whole.lines.map((line, index) => (index === at ? change(line) : line)) }
}

function without(value: object, name: string): unknown {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name))
}

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit)
}

function word(random: Random): string {
  return words[below(random, words.length)] ?? ''
}
