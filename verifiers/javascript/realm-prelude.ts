/**
 * What every realm (a QuickJS runtime with its context) starts with, as JavaScript source.
 *
 * It evaluates to an object that the host alone holds; candidate code, which runs later, never sees it. Values leave
 * and enter as text in the tagged JSON of `wire.ts`, so that only data crosses. All built-ins are captured before
 * candidate code runs, and nothing here assigns to an ordinary object's members (an own setter on
 * `Array.prototype` would be called), iterates with `for…of`, spreads or destructures: a patched global changes
 * nothing that leaves.
 */
export const REALM_PRELUDE = `(function (callOut) {
'use strict'
const global = globalThis
const apply = Reflect.apply, ownKeys = Reflect.ownKeys, prototypeOf = Object.getPrototypeOf
const describe = Object.getOwnPropertyDescriptor, define = Object.defineProperty, bare = Object.create
const isArray = Array.isArray, stringify = JSON.stringify, parse = JSON.parse
const ObjectPrototype = Object.prototype, ErrorPrototype = Error.prototype, isPrototypeOf = ObjectPrototype.isPrototypeOf
const MapHere = Map, SetHere = Set, DateHere = Date, RegExpHere = RegExp, ErrorHere = Error, BigIntHere = BigInt
const SymbolHere = Symbol, RangeErrorHere = RangeError, NativeErrors = { __proto__: null, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError }
const mapSize = describe(Map.prototype, 'size').get, mapEach = Map.prototype.forEach, mapSet = Map.prototype.set
const setSize = describe(Set.prototype, 'size').get, setEach = Set.prototype.forEach, setAdd = Set.prototype.add
const dateTime = Date.prototype.getTime, regexpSource = describe(RegExp.prototype, 'source').get
const regexpFlags = describe(RegExp.prototype, 'flags').get
const typedName = describe(prototypeOf(Uint8Array.prototype), Symbol.toStringTag).get
const numberOf = Number.prototype.valueOf, stringOf = String.prototype.valueOf, booleanOf = Boolean.prototype.valueOf
const then = Promise.prototype.then, PromiseHere = Promise
const MAX_DEPTH = 200, MAX_VALUES = 100000, MAX_CHARACTERS = 4000000

const held = bare(null)
let heldCount = 0
let values = 0

function hold(f) { held[heldCount] = f; return heldCount++ }

function brand(get, value) { try { return apply(get, value, []) } catch (e) { return undefined } }

function tooMany() { return new RangeErrorHere('the value has more than ' + MAX_VALUES + ' parts') }

// Asked before the walk, so that a list of billions costs nothing.
function lengthOf(list) {
  const length = list.length
  if (typeof length !== 'number' || !(length <= MAX_VALUES)) throw tooMany()
  return length
}

function encode(value, depth) {
  if (++values > MAX_VALUES) throw tooMany()
  switch (typeof value) {
    case 'string': return stringify(value)
    case 'boolean': return value ? 'true' : 'false'
    case 'undefined': return '["u"]'
    case 'bigint': return '["i","' + value + '"]'
    case 'symbol': return '["y"]'
    case 'function': return '["f",' + hold(value) + ']'
    case 'number':
      if (value !== value) return '["n","NaN"]'
      if (value === Infinity) return '["n","Infinity"]'
      if (value === -Infinity) return '["n","-Infinity"]'
      return value === 0 && 1 / value < 0 ? '["n","-0"]' : '' + value
  }
  if (value === null) return 'null'
  if (depth > MAX_DEPTH) throw new RangeErrorHere('the value is circular or nested deeper than ' + MAX_DEPTH + ' levels')
  let text
  if (isArray(value)) {
    text = '["a"'
    const length = lengthOf(value)
    for (let i = 0; i < length; i++) text += ',' + encode(value[i], depth + 1)
    return text + ']'
  }
  const prototype = prototypeOf(value)
  if (prototype !== ObjectPrototype && prototype !== null) {
    if (brand(mapSize, value) !== undefined) {
      text = '["m"'
      apply(mapEach, value, [(v, k) => { text += ',' + encode(k, depth + 1) + ',' + encode(v, depth + 1) }])
      return text + ']'
    }
    if (brand(setSize, value) !== undefined) {
      text = '["s"'
      apply(setEach, value, [(v) => { text += ',' + encode(v, depth + 1) }])
      return text + ']'
    }
    const time = brand(dateTime, value)
    if (time !== undefined) return '["d",' + encode(time, depth + 1) + ']'
    const name = brand(typedName, value)
    if (name !== undefined) {
      text = '["t",' + stringify(name)
      const length = lengthOf(value)
      for (let i = 0; i < length; i++) text += ',' + encode(value[i], depth + 1)
      return text + ']'
    }
    if (apply(isPrototypeOf, ErrorPrototype, [value])) {
      return '["e",' + stringify('' + value.name) + ',' + stringify('' + value.message) + ']'
    }
    const primitive = brand(numberOf, value) ?? brand(stringOf, value) ?? brand(booleanOf, value)
    if (primitive !== undefined) return encode(primitive, depth + 1)
    if (prototype === RegExpHere.prototype) {
      return '["r",' + stringify('' + apply(regexpSource, value, [])) + ',' + stringify('' + apply(regexpFlags, value, [])) + ']'
    }
  }
  text = '["o"'
  const keys = ownKeys(value)
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]
    if (typeof key !== 'string') continue
    const property = describe(value, key)
    if (property === undefined || property.enumerable !== true) continue
    const member = value[key]
    // What converts an object to a primitive would let it answer anew in every comparison; data has no such choice.
    if (typeof member === 'function' && (key === 'valueOf' || key === 'toString' || key === 'toJSON')) continue
    text += ',' + stringify(key) + ',' + encode(member, depth + 1)
    if (text.length > MAX_CHARACTERS) throw new RangeErrorHere('the value is too large')
  }
  return text + ']'
}

function encoded(value) { values = 0; return encode(value, 0) }

function own(object, key, value) {
  define(object, key, { __proto__: null, value, writable: true, enumerable: true, configurable: true })
}

function decode(node) {
  if (!isArray(node)) return node
  switch (node[0]) {
    case 'u': return undefined
    case 'n': return node[1] === 'NaN' ? NaN : node[1] === '-0' ? -0 : node[1] === 'Infinity' ? Infinity : -Infinity
    case 'i': return BigIntHere(node[1])
    case 'y': return SymbolHere()
    case 'f': { const id = node[1]; return function () { return remote(id, arguments) } }
    case 'a': { const out = []; for (let i = 1; i < node.length; i++) own(out, i - 1, decode(node[i])); return out }
    case 'o': { const out = {}; for (let i = 1; i < node.length; i += 2) own(out, node[i], decode(node[i + 1])); return out }
    case 'm': { const out = new MapHere(); for (let i = 1; i < node.length; i += 2) apply(mapSet, out, [decode(node[i]), decode(node[i + 1])]); return out }
    case 's': { const out = new SetHere(); for (let i = 1; i < node.length; i++) apply(setAdd, out, [decode(node[i])]); return out }
    case 'd': return new DateHere(decode(node[1]))
    case 'r': return new RegExpHere(node[1], node[2])
    case 'e': return errorOf(node[1], node[2])
    case 't': { const out = new global[node[1]](node.length - 2); for (let i = 2; i < node.length; i++) out[i - 2] = decode(node[i]); return out }
  }
  return undefined
}

function errorOf(name, message) {
  const Kind = NativeErrors[name] ?? ErrorHere
  const error = new Kind(message)
  if (Kind === ErrorHere && name !== 'Error') own(error, 'name', name)
  return error
}

// A function of the other realm: its arguments are copied there, its result and its changes to them back.
function remote(id, args) {
  const list = []
  for (let i = 0; i < args.length; i++) own(list, i, args[i])
  const reply = parse(callOut(id, encoded(list)))
  if (reply[3] !== undefined) for (let i = 0; i < list.length; i++) restore(list[i], reply[3][i + 1])
  if (reply[0] === 't') throw decode(reply[1])
  if (reply[0] === 'p') return new PromiseHere((resolve, reject) => { waiting[reply[1]] = { __proto__: null, resolve, reject } })
  return decode(reply[1])
}

// In-place changes of lists and plain objects, as far as the outermost value goes.
function restore(target, node) {
  if (!isArray(node) || typeof target !== 'object' || target === null) return
  if (node[0] === 'a' && isArray(target)) {
    const now = decode(node)
    target.length = 0
    for (let i = 0; i < now.length; i++) own(target, i, now[i])
  } else if (node[0] === 'o' && prototypeOf(target) === ObjectPrototype) {
    const now = decode(node), before = ownKeys(target), after = ownKeys(now)
    for (let i = 0; i < before.length; i++) if (typeof before[i] === 'string') delete target[before[i]]
    for (let i = 0; i < after.length; i++) own(target, after[i], now[after[i]])
  }
}

const waiting = bare(null)
const settled = bare(null)
let promiseCount = 0

// Replies are built without their closing bracket, so that nothing needs cutting: cutting calls a patchable method.
function thrown(error) {
  let text
  try { text = encoded(error) } catch (e) { text = '["e","Error","an error that cannot be read"]' }
  return '["t",' + text
}

// What came of a call: ["v", value], ["t", thrown] or ["p", id of a promise].
function outcome(value) {
  if (typeof value === 'object' && value !== null) {
    const id = promiseCount
    let isPromise = true
    try {
      apply(then, value, [
        (v) => { try { settled[id] = '["v",' + encoded(v) + ']' } catch (e) { settled[id] = thrown(e) + ']' } },
        (e) => { settled[id] = thrown(e) + ']' },
      ])
    } catch (e) { isPromise = false }
    if (isPromise) { promiseCount++; return '["p",' + id }
  }
  try { return '["v",' + encoded(value) } catch (e) { return thrown(e) }
}

// The reply to a call; as fourth member the arguments, if the call changed them.
function invoke(id, text) {
  const args = decode(parse(text))
  let reply
  try { reply = outcome(apply(held[id], undefined, args)) } catch (e) { reply = thrown(e) }
  let changed
  try { changed = encoded(args) } catch (e) { changed = text }
  return changed === text ? reply + ']' : reply + ',null,' + changed + ']'
}

// Timers in virtual time: waiting costs nothing, order is kept.
const timers = bare(null)
let timerCount = 0, now = 0
function start(callback, delay, args, every) {
  const id = ++timerCount
  const wait = +delay > 0 ? +delay : 0
  timers[id] = { __proto__: null, callback, due: now + wait, args, every: every ? wait || 1 : 0 }
  return id
}
function rest(list, from) { const out = []; for (let i = from; i < list.length; i++) own(out, i - from, list[i]); return out }
function method(object, name, value) {
  define(object, name, { __proto__: null, value, writable: true, enumerable: false, configurable: true })
}
method(global, 'setTimeout', function setTimeout(callback, delay) { return start(callback, delay, rest(arguments, 2), false) })
method(global, 'setInterval', function setInterval(callback, delay) { return start(callback, delay, rest(arguments, 2), true) })
method(global, 'setImmediate', function setImmediate(callback) { return start(callback, 0, rest(arguments, 1), false) })
const stop = function (id) { delete timers[id] }
method(global, 'clearTimeout', stop)
method(global, 'clearInterval', stop)
method(global, 'clearImmediate', stop)
const resolved = PromiseHere.resolve()
method(global, 'queueMicrotask', function queueMicrotask(callback) { apply(then, resolved, [() => { callback() }]) })
function runTimer() {
  let first
  const ids = ownKeys(timers)
  for (let i = 0; i < ids.length; i++) {
    const timer = timers[ids[i]]
    if (first === undefined || timer.due < timers[first].due) first = ids[i]
  }
  if (first === undefined) return false
  const timer = timers[first]
  now = timer.due
  if (timer.every > 0) timer.due = now + timer.every
  else delete timers[first]
  try { apply(timer.callback, undefined, timer.args) } catch (e) {}
  return true
}

const silent = {}
const logs = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'table', 'dir', 'group', 'groupEnd', 'time', 'timeEnd', 'assert', 'count']
for (let i = 0; i < logs.length; i++) method(silent, logs[i], function () {})
method(global, 'console', silent)
const module = { exports: {} }
method(global, 'module', module)
method(global, 'exports', module.exports)

return {
  __proto__: null,
  invoke,
  runTimer,
  hold(f) { return typeof f === 'function' ? hold(f) : -1 },
  // The reply to a value that the host holds, such as what a test evaluated to.
  outcome(value) { return outcome(value) + ']' },
  take(id) { const text = settled[id]; delete settled[id]; return text },
  settle(id, text) {
    const reply = parse(text), promise = waiting[id]
    delete waiting[id]
    if (reply[0] === 't') promise.reject(decode(reply[1]))
    else promise.resolve(decode(reply[1]))
  },
  describeError(error) { return thrown(error) + ']' },
  exported(name) {
    const exports = module.exports
    if (typeof exports === 'function') return exports
    const found = exports === null || exports === undefined ? undefined : exports[name]
    return found ?? (exports ? exports.default : undefined)
  },
  exposeModule(namespace) { module.exports = namespace },
  define(name, id) { method(global, name, decode(['f', id])) },
  defineData(name, text) { method(global, name, decode(parse(text))) },
}
})`
