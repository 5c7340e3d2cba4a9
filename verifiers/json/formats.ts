import { isIP } from 'node:net'

/** Matches dates and times up to the field ranges; the calendar is checked separately. */
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/
const TIME = /^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?([zZ]|[+-]([01]\d|2[0-3]):[0-5]\d)?$/
const DURATION =
  /^P(?!$)(\d{1,9}Y)?(\d{1,9}M)?(\d{1,9}W)?(\d{1,9}D)?(T(?!$)(\d{1,9}H)?(\d{1,9}M)?(\d{1,9}S)?)?$/
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i
const EMAIL = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\da-z-]{1,63}(\.[\da-z-]{1,63}){1,8}$/i
const HOST_LABEL = /^[\da-z]([\da-z-]{0,61}[\da-z])?$/i

/** Characters of the longest host name. */
const MAX_HOST_CHARACTERS = 253

/**
 * The formats that structured-output providers support, as tests in bounded time. Formats not listed are
 * annotations, as JSON Schema 2020-12 has it, and are not checked.
 */
export const formats: { readonly [name: string]: (text: string) => boolean } = {
  date: isDate,
  time: (text) => TIME.test(text),
  'date-time': (text) =>
    /^[tT ]$/.test(text.charAt(10)) && isDate(text.slice(0, 10)) && TIME.test(text.slice(11)),
  duration: (text) => DURATION.test(text),
  email: (text) => EMAIL.test(text),
  hostname: (text) =>
    text.length <= MAX_HOST_CHARACTERS && text.split('.').every((label) => HOST_LABEL.test(label)),
  ipv4: (text) => isIP(text) === 4,
  ipv6: (text) => isIP(text) === 6 && !text.includes('%'),
  uri: (text) => /^[a-z][\d+.a-z-]*:/i.test(text) && URL.canParse(text),
  uuid: (text) => UUID.test(text),
}

function isDate(text: string): boolean {
  const [, year, month, day] = DATE.exec(text) ?? []
  if (year === undefined || month === undefined || day === undefined) return false
  // Day 0 of the next month is the last day of this one.
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= days
}
