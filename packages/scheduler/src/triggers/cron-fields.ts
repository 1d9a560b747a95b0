/** The fields of an expression, lower case, by name; what the expression leaves out has its default. */
export interface CronFields {
  readonly second: string
  readonly minute: string
  readonly hour: string
  readonly day: string
  readonly month: string
  readonly weekday: string
  readonly year: string
}

/** More than any list of all values needs. */
const LONGEST = 1000

const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 0 1 1 * *',
  '@annually': '0 0 0 1 1 * *',
  '@monthly': '0 0 0 1 * * *',
  '@weekly': '0 0 0 * * 0 *',
  '@daily': '0 0 0 * * * *',
  '@midnight': '0 0 0 * * * *',
  '@hourly': '0 0 * * * * *',
  '@every_minute': '0 * * * * * *',
  '@every_second': '* * * * * * *',
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

interface Cycle {
  readonly first: number
  readonly size: number
  readonly names?: readonly string[]
  /** Another number for the first. */
  readonly alias?: number
}

/** Fields that start again at their end, so that a range like 22-2 or fri-mon has a meaning. */
const CYCLES: Readonly<Partial<Record<keyof CronFields, Cycle>>> = {
  second: { first: 0, size: 60 },
  minute: { first: 0, size: 60 },
  hour: { first: 0, size: 24 },
  day: { first: 1, size: 31 },
  month: { first: 1, size: 12, names: MONTHS },
  weekday: { first: 0, size: 7, names: WEEKDAYS, alias: 7 },
}

/** Splits an expression, fills in what it leaves out, and spells out ranges that wrap. @throws Error why it is none */
export function readFields(expression: string): CronFields {
  if (expression.length > LONGEST) throw new Error(`it is longer than ${LONGEST} characters`)
  const text = expression.trim().toLowerCase()
  const plain = text.startsWith('@') ? NICKNAMES[text] : text
  if (plain === undefined) throw new Error(`the nicknames are ${Object.keys(NICKNAMES).join(', ')}`)
  const parts = plain === '' ? [] : plain.split(/\s+/)
  if (parts.length < 5 || parts.length > 7) throw new Error(`it has ${parts.length} fields, not 5, 6 or 7`)
  const [second = '', minute = '', hour = '', day = '', month = '', weekday = '', year = '*'] =
    parts.length === 5 ? ['0', ...parts] : parts
  const fields = { second, minute, hour, day: anyDay(day), month, weekday: anyDay(weekday), year }
  for (const [name, field] of Object.entries(fields)) {
    if (field.includes('?')) throw new Error(`? stands for any day or any weekday, alone; the ${name} is "${field}"`)
  }
  return {
    second: unwrap(second, CYCLES.second),
    minute: unwrap(minute, CYCLES.minute),
    hour: unwrap(hour, CYCLES.hour),
    day: unwrap(fields.day, CYCLES.day),
    month: unwrap(month, CYCLES.month),
    weekday: unwrap(fields.weekday, CYCLES.weekday),
    year,
  }
}

function anyDay(field: string): string {
  return field === '?' ? '*' : field
}

function unwrap(field: string, cycle: Cycle | undefined): string {
  if (cycle === undefined || !field.includes('-')) return field
  const both = field.startsWith('+') ? '+' : ''
  const items = field.slice(both.length).split(',')
  return both + items.map((item) => unwrapRange(item, cycle)).join(',')
}

/** `22-2/2` as `22,0,2`, `7-2` and `sun-tue` as `0-2`; every other item as it is. */
function unwrapRange(item: string, cycle: Cycle): string {
  const [, from = '', to = '', step = '1'] = /^(\w+)-(\w+)(?:\/(\d+))?$/.exec(item) ?? []
  const start = numberOf(from, cycle)
  const high = numberOf(to, cycle)
  if (start === undefined || high === undefined) return item
  const low = start === cycle.alias && high < start ? cycle.first : start
  const stride = Number(step)
  const last = cycle.first + cycle.size - 1
  if (low <= high) return `${low}-${high}/${step}`
  if (low > last || high < cycle.first || stride < 1) return item
  const values: number[] = []
  for (let value = low; value <= high + cycle.size; value += stride)
    values.push(value > last ? value - cycle.size : value)
  return values.join(',')
}

function numberOf(text: string, { names = [], first }: Cycle): number | undefined {
  if (/^\d+$/.test(text)) return Number(text)
  const at = names.indexOf(text)
  return at < 0 ? undefined : at + first
}
