import type { Json, Strategy } from '../../src/contract.ts'

type Options = { readonly [key: string]: Json }
type Makers = Readonly<Record<string, (options: Options) => Strategy>>

/**
 * Strategies from plain data: a list of names, or of objects with a `name` and that strategy's own options.
 * @throws RangeError when it is no such list, or names a strategy that is not there
 */
export function membersOf(makers: Makers, members: Json): readonly Strategy[] {
  if (!Array.isArray(members)) throw new RangeError('members is no list; give names of strategies.')
  return members.map((member: Json) => {
    const { name, ...options } = typeof member === 'string' ? { name: member } : optionsOf(member)
    const make = typeof name === 'string' && Object.hasOwn(makers, name) ? makers[name] : undefined
    if (!make) {
      const names = Object.keys(makers).join(', ')
      throw new RangeError(`auto has no member ${JSON.stringify(name ?? member)}; give some of ${names}.`)
    }
    return make(options)
  })
}

function optionsOf(member: Json): Options {
  return typeof member === 'object' && member !== null && !Array.isArray(member) ? (member as Options) : {}
}
