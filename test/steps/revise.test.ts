import { describe, expect, it } from 'vitest'
import type { Candidate, Message } from '../../src/contract.ts'
import { patchRequest } from '../../src/steps/patch.ts'
import { noFeedback, revisionMessages } from '../../src/steps/revise.ts'

const messages: readonly Message[] = [
  { role: 'system', content: 'be brief' },
  { role: 'user', content: 'question' },
]
const said = (text: string): Candidate => ({ text, finish: 'stop' })
const rejected = (text: string, feedback?: string) => ({
  candidate: said(text),
  ...(feedback !== undefined && { feedback }),
})

describe('revisionMessages', () => {
  it('shows each attempt as a turn, followed by its feedback', () => {
    expect(revisionMessages({ messages }, [rejected('one', 'too small'), rejected('two')])).toEqual([
      ...messages,
      { role: 'assistant', content: 'one' },
      { role: 'user', content: 'too small\nAnswer again.' },
      { role: 'assistant', content: 'two' },
      { role: 'user', content: `${noFeedback}\nAnswer again.` },
    ])
  })

  it('shows the last four attempts at most', () => {
    const attempts = ['one', 'two', 'three', 'four', 'five'].map((text) => rejected(text))
    const shown = revisionMessages({ messages }, attempts).filter(({ role }) => role === 'assistant')
    expect(shown.map(({ content }) => content)).toEqual(['two', 'three', 'four', 'five'])
  })

  it('adds the last attempt to the user’s own turn for a clean context', () => {
    expect(
      revisionMessages({ messages }, [rejected('one', 'no'), rejected('two', 'too\nbig')], 'clean'),
    ).toEqual([
      messages[0],
      {
        role: 'user',
        content: 'question\nNot accepted: two\nFeedback: too\nbig\nAnswer again.',
      },
    ])
  })

  it('keeps content parts and other fields of the user’s turn, and the caller’s messages as they are', () => {
    const parts: readonly Message[] = [
      { role: 'user', content: [{ type: 'text', text: 'look' }], name: 'ann' },
      { role: 'assistant', content: 'prefix' },
    ]
    const before = structuredClone(parts)
    expect(revisionMessages({ messages: parts }, [rejected('one', 'no')], 'clean')).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'look' },
          { type: 'text', text: 'Not accepted: one\nFeedback: no\nAnswer again.' },
        ],
        name: 'ann',
      },
      { role: 'assistant', content: 'prefix' },
    ])
    expect(parts).toEqual(before)
  })

  it('does without a user message, and without attempts', () => {
    const system = messages.slice(0, 1)
    expect(revisionMessages({ messages: system }, [rejected('one', 'no')], 'clean')).toEqual([
      ...system,
      { role: 'user', content: 'Not accepted: one\nFeedback: no\nAnswer again.' },
    ])
    expect(revisionMessages({ messages }, [])).toEqual(messages)
  })

  it('asks for a patch in the last turn only, and only of a JSON document', () => {
    const asked = revisionMessages(
      { messages },
      [rejected('{"a":1}', 'first'), rejected('{"a":2}', 'second')],
      'patch',
    )
    expect(asked.filter(({ role }) => role === 'user').map(({ content }) => content)).toEqual([
      'question',
      'first\nAnswer again.',
      `second\n${patchRequest}`,
    ])
    const prose = revisionMessages({ messages }, [rejected('no document', 'no JSON')], 'patch')
    expect(prose.at(-1)?.content).toBe('no JSON\nAnswer again.')
  })

  it('answers every tool call with the feedback', () => {
    const candidate: Candidate = {
      text: '',
      toolCalls: [
        { id: 'a', type: 'function', function: { name: 'find', arguments: '{"x":1}' } },
        { function: { name: 'sum', arguments: '{}' } },
      ],
      finish: 'tool-calls',
    }
    const turns = revisionMessages({ messages }, [{ candidate, feedback: 'x is a text' }])
    expect(turns.slice(2)).toEqual([
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'find', arguments: '{"x":1}' } },
          { id: 'call_1', type: 'function', function: { name: 'sum', arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: 'x is a text\nAnswer again.' },
      { role: 'tool', tool_call_id: 'call_1', content: 'x is a text\nAnswer again.' },
    ])
    expect(revisionMessages({ messages }, [{ candidate, feedback: 'no' }], 'clean').at(-1)?.content).toBe(
      'question\nNot accepted: find({"x":1})\nsum({})\nFeedback: no\nAnswer again.',
    )
  })
})
