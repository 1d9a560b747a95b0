import type { LogLine } from '@refbot/client'
import type { Colour, Paint } from './paint.ts'
import { localTime, neutral } from './text.ts'

const LEVELS: Readonly<Record<LogLine['level'], readonly [shape: string, colour: Colour | undefined]>> = {
  trace: ['·', 'dim'],
  debug: ['·', 'dim'],
  info: ['●', 'green'],
  warn: ['▲', 'yellow'],
  error: ['■', 'red'],
  fatal: ['■', 'red'],
}

/** A line of a log for people: harmless for a terminal, whatever somebody wrote into it. */
export function logText(line: LogLine, paint: Paint): string {
  const { time, level, message, plugin, runId, fields = {}, error } = line
  const [shape, colour] = LEVELS[level] ?? LEVELS.info
  const about = [plugin, runId].filter((each) => each !== undefined).map(neutral)
  const more = Object.entries(fields).map(([name, value]) => `${neutral(name)}=${neutral(shown(value))}`)
  const parts = [
    paint(localTime(time), 'dim'),
    paint(`${shape} ${neutral(level).padEnd(5)}`, colour),
    ...(about.length === 0 ? [] : [paint(about.join(' '), 'blue')]),
    neutral(message),
    ...(more.length === 0 ? [] : [paint(more.join(' '), 'dim')]),
  ]
  return [parts.join('  '), ...(error === undefined ? [] : errorLines(error, paint))].join('\n')
}

function errorLines({ name, message, code, hint, stack }: NonNullable<LogLine['error']>, paint: Paint): string[] {
  const head = `${name}: ${message}${code === undefined ? '' : ` (${code})`}`
  // A stack begins with the text of its error.
  const trace = (stack ?? '').split('\n').filter((line) => /^\s+at |^Caused by /.test(line))
  return [head, ...(hint === undefined ? [] : [hint])]
    .map((line) => `    ${paint(neutral(line), 'red')}`)
    .concat(trace.map((line) => `    ${paint(neutral(line.trim()), 'dim')}`))
}

function shown(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)
  return JSON.stringify(value) ?? ''
}
