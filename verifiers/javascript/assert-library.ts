/** The global through which the host reads what a test checked. */
export const CHECKS_GLOBAL = '__outthinkChecks'

/**
 * Assertions for the realm of the tests, as JavaScript source. The program under test lives in another realm and
 * cannot patch them. A failing assertion is counted and the test goes on, so that a script of many assertions earns
 * partial credit.
 */
export const ASSERT_LIBRARY = `(function () {
'use strict'
let passed = 0, failed = 0, first = ''
const is = Object.is

function show(value) {
  try {
    const text = typeof value === 'string' ? JSON.stringify(value) : typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
    return text.length > 120 ? text.slice(0, 120) + '…' : text
  } catch { return String(value) }
}
function check(holds, message, told) {
  if (holds) { passed++; return }
  failed++
  if (first === '') first = typeof message === 'string' && message !== '' ? message : told()
}
function deep(a, b, strict) {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) {
    return is(a, b) || a === b && !strict || !strict && a == b && typeof a !== 'object' && typeof b !== 'object'
  }
  if (a === b) return true
  if (Array.isArray(a) !== Array.isArray(b)) return false
  for (const Kind of [Map, Set, Date, RegExp, Error]) if (a instanceof Kind !== b instanceof Kind) return false
  if (a instanceof Date) return is(a.getTime(), b.getTime())
  if (a instanceof RegExp) return String(a) === String(b)
  if (a instanceof Error && (a.name !== b.name || a.message !== b.message)) return false
  if (ArrayBuffer.isView(a) !== ArrayBuffer.isView(b)) return false
  if (a instanceof Map || a instanceof Set) {
    if (a.size !== b.size) return false
    const rest = [...b]
    for (const item of a) {
      const at = rest.findIndex((other) => deep(item, other, strict))
      if (at === -1) return false
      rest.splice(at, 1)
    }
    return true
  }
  if (Array.isArray(a) && a.length !== b.length) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => Object.hasOwn(b, key) && deep(a[key], b[key], strict))
}
function matchesError(error, expected) {
  if (expected === undefined || typeof expected === 'string') return true
  if (expected instanceof RegExp) return expected.test(String(error))
  if (typeof expected === 'function') {
    if (expected.prototype !== undefined && error instanceof expected) return true
    if (expected === Error || expected.prototype instanceof Error) return false
    return expected(error) === true
  }
  return Object.keys(expected).every((key) => expected[key] instanceof RegExp ? expected[key].test(error[key]) : deep(error[key], expected[key], true))
}
const pair = (a, b) => show(a) + ' is not ' + show(b)
function assert(value, message) { check(value, message, () => show(value) + ' is not true') }
Object.assign(assert, {
  ok: assert,
  equal(a, b, m) { check(a == b || is(a, b), m, () => pair(a, b)) },
  notEqual(a, b, m) { check(a != b, m, () => show(a) + ' should differ') },
  strictEqual(a, b, m) { check(is(a, b), m, () => pair(a, b)) },
  notStrictEqual(a, b, m) { check(!is(a, b), m, () => show(a) + ' should differ') },
  deepEqual(a, b, m) { check(deep(a, b, false), m, () => pair(a, b)) },
  notDeepEqual(a, b, m) { check(!deep(a, b, false), m, () => show(a) + ' should differ') },
  deepStrictEqual(a, b, m) { check(deep(a, b, true), m, () => pair(a, b)) },
  notDeepStrictEqual(a, b, m) { check(!deep(a, b, true), m, () => show(a) + ' should differ') },
  match(text, pattern, m) { check(pattern.test(text), m, () => show(text) + ' does not match ' + pattern) },
  doesNotMatch(text, pattern, m) { check(!pattern.test(text), m, () => show(text) + ' matches ' + pattern) },
  fail(m) { check(false, m, () => 'the test failed') },
  throws(f, expected, m) {
    let error, threw = false
    try { f() } catch (e) { threw = true; error = e }
    check(threw && matchesError(error, expected), m, () => threw ? 'another error: ' + error : 'nothing was thrown')
  },
  doesNotThrow(f, m) {
    let error, threw = false
    try { f() } catch (e) { threw = true; error = e }
    check(!threw, typeof m === 'string' ? m : '', () => String(error))
  },
  async rejects(f, expected, m) {
    let error, threw = false
    try { await (typeof f === 'function' ? f() : f) } catch (e) { threw = true; error = e }
    check(threw && matchesError(error, expected), m, () => threw ? 'another error: ' + error : 'nothing was rejected')
  },
})
assert.strict = assert
assert.default = assert
console.assert = (value, ...rest) => check(value, rest.map(String).join(' '), () => show(value) + ' is not true')
globalThis.assert = assert
globalThis.require = (name) => {
  if (['assert', 'node:assert', 'assert/strict', 'node:assert/strict'].includes(name)) return assert
  throw new Error('the module ' + name + ' is not there')
}
globalThis.${CHECKS_GLOBAL} = () => {
  const counts = { passed, failed, first }
  passed = 0
  failed = 0
  first = ''
  return counts
}
})()`
