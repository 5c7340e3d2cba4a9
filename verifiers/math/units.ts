/** Names of one unit; unknown words are units under their own name. Case counts only where it must (m, M). */
const NAMES: Readonly<Record<string, string>> = {
  '': '',
  unit: '',
  units: '',
  dollar: '$',
  dollars: '$',
  usd: '$',
  buck: '$',
  bucks: '$',
  '¤': '$',
  euro: '€',
  euros: '€',
  eur: '€',
  pound: 'pound',
  pounds: 'pound',
  lb: 'pound',
  lbs: 'pound',
  degree: '°',
  degrees: '°',
  deg: '°',
  rad: 'rad',
  radian: 'rad',
  radians: 'rad',
  millimeter: 'mm',
  millimetre: 'mm',
  centimeter: 'cm',
  centimetre: 'cm',
  meter: 'm',
  metre: 'm',
  kilometer: 'km',
  kilometre: 'km',
  inch: 'in',
  inches: 'in',
  foot: 'ft',
  feet: 'ft',
  yard: 'yd',
  mile: 'mi',
  gram: 'g',
  kilogram: 'kg',
  liter: 'l',
  litre: 'l',
  milliliter: 'ml',
  millilitre: 'ml',
  second: 's',
  sec: 's',
  minute: 'min',
  mins: 'min',
  hour: 'h',
  hr: 'h',
  hrs: 'h',
  mph: 'mi/h',
  kph: 'km/h',
  kmh: 'km/h',
  cent: '¢',
}

/** The one spelling of a unit: `square centimetres`, `cm^2` and `\text{cm}^{2}` are `cm^2`. */
export function canonicalUnit(written: string): string {
  const text = written
    .replaceAll(/[{}]/g, '')
    .replaceAll(/\bper\b/gi, '/')
    .replaceAll(/[.,]/g, ' ')
    .replaceAll(/\s*([/^*])\s*/g, '$1')
    .trim()
  return text
    .split('/')
    .map((part) => canonicalFactor(part.trim()))
    .join('/')
}

function canonicalFactor(part: string): string {
  const squared = /^(?:square|sq)\s+(.*)$/i.exec(part)
  if (squared !== null) return withPower(canonicalName(squared[1] ?? ''), '2')
  const cubed = /^(?:cubic|cu)\s+(.*)$/i.exec(part)
  if (cubed !== null) return withPower(canonicalName(cubed[1] ?? ''), '3')
  const raised = /^(.*?)(?:\^| (?=squared|cubed))(squared|cubed|\d)$/i.exec(part)
  if (raised === null) return canonicalName(part)
  const power = raised[2] === 'squared' ? '2' : raised[2] === 'cubed' ? '3' : (raised[2] ?? '')
  return withPower(canonicalName(raised[1] ?? ''), power)
}

/** "Square units" are no unit: they only say that the answer is an area. */
function withPower(name: string, power: string): string {
  return name === '' ? '' : `${name}^${power}`
}

function canonicalName(written: string): string {
  const trimmed = written.trim()
  const lower = trimmed.toLowerCase()
  // `s` is seconds, not the plural of nothing.
  for (const name of trimmed.length > 3 ? [lower, lower.replace(/s$/, '')] : [lower]) {
    if (Object.hasOwn(NAMES, name)) return NAMES[name] ?? name
  }
  // Abbreviations keep their case (mW is not MW); words lose it, and their plural.
  return trimmed.length <= 3 ? trimmed : lower.replace(/s$/, '')
}

const ABBREVIATION =
  /^(?:mm|cm|dm|km|in|ft|yd|mi|mg|kg|lb|lbs|oz|ml|cl|dl|ms|sec|min|hr|hrs|mph|kph|kmh|hz|rad|deg|sq|cu|cal|day|mol|bit)$/

/** Whether two or three letters are a unit rather than a product of symbols. */
export function isUnitAbbreviation(letters: string): boolean {
  return ABBREVIATION.test(letters)
}
