import fc from 'fast-check'
import jsonpatch from 'fast-json-patch'
import { afterEach, describe, expect, it } from 'vitest'
import { isPatchable, patched } from '../../src/steps/patch.ts'

const document = '{"a":1,"list":[1,2],"b/c":{"~":"x"}}'
const patch = (...operations: readonly object[]) => JSON.stringify(operations)
const after = (...operations: readonly object[]) => {
  const result = patched(document, patch(...operations))
  return result.kind === 'unusable' ? result.message : (JSON.parse(result.text) as unknown)
}

afterEach(() => {
  expect(Object.keys(Object.prototype)).toEqual([])
  expect(({} as { readonly polluted?: unknown }).polluted).toBeUndefined()
})

describe('patched', () => {
  it('applies every operation of RFC 6902', () => {
    expect(
      after(
        { op: 'test', path: '/a', value: 1 },
        { op: 'replace', path: '/a', value: { new: true } },
        { op: 'add', path: '/list/0', value: 0 },
        { op: 'remove', path: '/list/2' },
        { op: 'copy', from: '/list', path: '/again' },
        { op: 'add', path: '/list/-', value: 9 },
        { op: 'move', from: '/a', path: '/z' },
      ),
    ).toEqual({ z: { new: true }, list: [0, 1, 9], again: [0, 1], 'b/c': { '~': 'x' } })
  })

  it('reads escaped pointers and numbers as keys', () => {
    expect(after({ op: 'replace', path: '/b~1c/~0', value: 'y' })).toMatchObject({ 'b/c': { '~': 'y' } })
    expect(after({ op: 'add', path: '/10', value: 'ten' })).toMatchObject({ '10': 'ten' })
    expect(after({ op: 'add', path: '/', value: 'empty' })).toMatchObject({ '': 'empty' })
  })

  it('reads a patch that is fenced, in prose, after thinking, or one operation without brackets', () => {
    const one = '{"op":"replace","path":"/a","value":2}'
    for (const reply of [
      `[${one}]`,
      `\n [${one}]\n`,
      `Here:\n\`\`\`json\n[${one}]\n\`\`\`\nDone [1].`,
      `The patch is [${one}].`,
      `<think>[{"op":"remove","path":"/a"}]</think>[${one}]`,
      one,
    ]) {
      expect(patched(document, reply)).toEqual({
        kind: 'patched',
        text: '{"a":2,"list":[1,2],"b/c":{"~":"x"}}',
      })
    }
  })

  it('keeps the indentation and what surrounds the document', () => {
    const reply = patch({ op: 'replace', path: '/a/b', value: 2 })
    for (const indentation of ['  ', '    ', '\t']) {
      const text = (b: number) => JSON.stringify({ a: { b } }, null, indentation)
      expect(patched(text(1), reply)).toEqual({ kind: 'patched', text: text(2) })
      const framed = (b: number) => `See:\n\`\`\`json\n${text(b)}\n\`\`\`\nThat is it.`
      expect(patched(framed(1), reply)).toEqual({ kind: 'patched', text: framed(2) })
    }
  })

  it('takes a whole document as it is', () => {
    expect(patched(document, '{"a":  2}')).toEqual({ kind: 'rewritten', text: '{"a":  2}' })
    expect(patched(document, '```json\n{"a": 2}\n```')).toEqual({ kind: 'rewritten', text: '{"a": 2}' })
    expect(patched(document, '["no", "patch"]')).toEqual({ kind: 'rewritten', text: '["no", "patch"]' })
    expect(patched('{"op":"add","path":"/a"}', '{"op":"add","path":"/b"}')).toMatchObject({
      kind: 'rewritten',
    })
  })

  it('takes any reply for a document that is no JSON: no patch was asked for', () => {
    expect(patched('prose', 'better prose')).toEqual({ kind: 'rewritten', text: 'better prose' })
    expect(patched('{"a":', 'Here: {"a":1}')).toEqual({ kind: 'rewritten', text: '{"a":1}' })
  })

  it('applies the whole patch or nothing', () => {
    for (const [operation, message] of [
      [{ op: 'test', path: '/a', value: 2 }, 'operation 1 (test /a): the test failed'],
      [{ op: 'test', path: '/none', value: 2 }, 'operation 1 (test /none): the test failed'],
      [
        { op: 'replace', path: '/none', value: 2 },
        'operation 1 (replace /none): there is nothing at this path',
      ],
      [{ op: 'remove', path: '/list/-' }, 'operation 1 (remove /list/-): there is nothing at this path'],
      [{ op: 'add', path: '/list/5', value: 2 }, 'operation 1 (add /list/5): the list is shorter'],
      [{ op: 'add', path: '/list/01', value: 2 }, 'operation 1 (add /list/01): a list needs a number here'],
      [
        { op: 'add', path: '/list/4294967297', value: 2 },
        'operation 1 (add /list/4294967297): the list is shorter',
      ],
      [{ op: 'add', path: '/x/y/z', value: 2 }, 'operation 1 (add /x/y/z): there is nothing at this path'],
      [{ op: 'add', path: '/x' }, 'operation 1 (add /x): it has no value'],
      [{ op: 'add', path: 'x', value: 1 }, 'operation 1 (add x): a path starts with "/"'],
      [{ op: 'copy', path: '/x' }, 'operation 1 (copy /x) has no "from"'],
      [{ op: 'move', from: '/none', path: '/x' }, 'operation 1 (move /x): there is nothing at /none'],
      [
        { op: 'move', from: '/list', path: '/list/0' },
        'operation 1 (move /list/0) moves a value into itself',
      ],
      [{ op: 'move', from: '', path: '/list' }, 'operation 1 (move /list) moves a value into itself'],
      [{ op: 'move', from: '/list/0', path: '/list/2' }, 'operation 1 (move /list/2): the list is shorter'],
      [{ op: 'copy', from: '/toString', path: '/x' }, 'operation 1 (copy /x): there is nothing at /toString'],
      [{ op: '_get', path: '/a' }, 'operation 1 is none of RFC 6902'],
      [{ op: 'toString', path: '/a' }, 'operation 1 is none of RFC 6902'],
      [{ op: 'add', path: 7, value: 1 }, 'operation 1 is none of RFC 6902'],
      [[], 'operation 1 is none of RFC 6902'],
    ] as const) {
      expect(after({ op: 'remove', path: '/a' }, operation)).toBe(message)
    }
    expect(after()).toBe('the patch is empty')
  })

  it('lets no path out of the document', () => {
    for (const path of [
      '/__proto__/polluted',
      '/constructor/prototype/polluted',
      '/list/__proto__/polluted',
      '/a/constructor',
      '/prototype',
    ]) {
      expect(after({ op: 'add', path, value: 1 })).toContain('this path is not allowed')
      expect(after({ op: 'copy', from: path, path: '/x' })).toContain('this path is not allowed')
      expect(after({ op: 'move', from: '/a', path })).toContain('this path is not allowed')
    }
    // A value may hold such a key: it stays an ordinary one.
    const value = '[{"op":"add","path":"/x","value":{"__proto__":{"polluted":1}}}]'
    expect(patched('{}', value)).toEqual({ kind: 'patched', text: '{"x":{"__proto__":{"polluted":1}}}' })
    expect(patched('{"x":{}}', '[{"op":"add","path":"/toString","value":1}]')).toEqual({
      kind: 'patched',
      text: '{"x":{},"toString":1}',
    })
  })

  it('reads the last of duplicate keys, and checks what it applies', () => {
    expect(
      patched('{"a":1}', '[{"op":"remove","op":"replace","path":"/__proto__","path":"/a","value":2}]'),
    ).toEqual({
      kind: 'patched',
      text: '{"a":2}',
    })
  })

  it('refuses what would lose a number', () => {
    const operations = patch({ op: 'replace', path: '/a', value: 1 })
    expect(patched('{"a":0,"id":12345678901234567890}', operations)).toEqual({
      kind: 'unusable',
      message: 'the number 12345678901234567890 would not stay as it is',
    })
    expect(patched('{"a":0,"b":1e999}', operations).kind).toBe('unusable')
    expect(patched('{"a":0,"id":9007199254740992,"b":1.50}', operations)).toEqual({
      kind: 'patched',
      text: '{"a":1,"id":9007199254740992,"b":1.5}',
    })
  })

  it('bounds what a patch may cost', () => {
    const many = Array.from({ length: 1001 }, () => ({ op: 'add', path: '/list/0', value: 0 }))
    expect(after(...many)).toBe('the patch has 1001 operations')
    const doubling = Array.from({ length: 100 }, (_, at) => ({ op: 'copy', from: '', path: `/k${at}` }))
    expect(after(...doubling)).toBe('the patch copies more than 1000000 characters')
    const deepPath = after({ op: 'replace', path: '/a'.repeat(100_000), value: 1 })
    expect(deepPath).toContain('there is nothing at this path')
    expect(String(deepPath).length).toBeLessThan(200)
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    expect(patched('{"a":1}', `[{"op":"add","path":"/a","value":${deep}}]`).kind).toBe('unusable')
    expect(patched(deep, patch({ op: 'add', path: '/0', value: 1 })).kind).not.toBe('patched')
    expect(patched('{"a":1}', ' '.repeat(2_000_000)).kind).toBe('unusable')
  })

  it('takes no time over replies made to be slow', () => {
    const started = process.cpuUsage()
    for (const reply of [
      '```\n'.repeat(100_000),
      '```json\n['.repeat(50_000),
      '['.repeat(900_000),
      '{"'.repeat(400_000),
      ' '.repeat(900_000),
      `[${'{"op":"test","path":"","value":{}},'.repeat(20_000)}1]`,
    ]) {
      expect(patched(document, reply).kind).toBe('unusable')
    }
    // Microseconds of this process, whatever else the machine does; quadratic time would be minutes.
    expect(process.cpuUsage(started).user).toBeLessThan(5_000_000)
  })

  it('never throws, and never half applies', () => {
    fc.assert(
      fc.property(fc.json(), fc.oneof(fc.json(), fc.string()), (before, reply) => {
        const result = patched(before, reply)
        expect(['patched', 'rewritten', 'unusable']).toContain(result.kind)
      }),
    )
  })

  it('makes of any document any other, with the patch between them', () => {
    const names = fc.constantFrom('a', 'b', '0', '~', '/', 'é', '')
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.integer(),
        fc.string(),
        fc.constant(null),
        fc.dictionary(names, tie('value'), { noNullPrototype: true }),
        fc.array(tie('value'), { maxLength: 4 }),
      ),
    }))
    const documents = fc.dictionary(names, value, { noNullPrototype: true })
    fc.assert(
      fc.property(documents, documents, (before, wanted) => {
        const operations = jsonpatch.compare(before, wanted)
        if (operations.length === 0) return
        const result = patched(JSON.stringify(before), JSON.stringify(operations))
        expect(result.kind === 'patched' && JSON.parse(result.text)).toEqual(wanted)
      }),
    )
  })
})

it('a patch can be asked for where there is a JSON object or array', () => {
  expect(['{}', '[1]', 'a\n```json\n{}\n```', 'so: {"a":1}.'].map(isPatchable)).toEqual([
    true,
    true,
    true,
    true,
  ])
  expect(['', '7', '"text"', 'none', '{"a":', '[1'].map(isPatchable)).toEqual(Array(6).fill(false))
})
