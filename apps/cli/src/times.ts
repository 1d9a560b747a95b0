import { usageError } from './errors.ts'

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/

/**
 * `90s`, `10m`, `2h`, `7d` before `now` (epoch ms), or an ISO time, in the zone of this machine where it names none.
 * @returns ISO 8601, UTC
 * @throws CliError `CLI_FLAG_INVALID`
 */
export function sinceOf(text: string, now: number): string {
  const ago = durationOf(text)
  const time = ago === undefined ? timeOf(text) : now - ago
  if (time !== undefined) return new Date(time).toISOString()
  throw invalid('since', text, 'Give how long ago (90s, 10m, 2h, 7d) or a time such as 2026-11-25T14:00Z.')
}

/**
 * An end: `--for` so long from `now` (epoch ms), or `--until` a time.
 * @returns ISO 8601, UTC
 * @throws CliError `CLI_FLAG_INVALID`, `CLI_FLAG_CONFLICT`
 */
export function endOf(flags: { for?: string | undefined; until?: string | undefined }, now: number): string {
  if ((flags.for === undefined) === (flags.until === undefined)) {
    throw usageError(
      'CLI_FLAG_CONFLICT',
      'An end is needed, and one only.',
      'Give --for 2h, or --until 2026-11-25T14:00Z.',
    )
  }
  if (flags.for !== undefined) {
    const ms = durationOf(flags.for)
    if (ms === undefined) throw invalid('for', flags.for, 'Give how long: 90s, 10m, 2h, 7d.')
    return new Date(now + ms).toISOString()
  }
  const time = timeOf(flags.until ?? '')
  if (time === undefined) throw invalid('until', flags.until ?? '', 'Give a time such as 2026-11-25T14:00Z.')
  return new Date(time).toISOString()
}

/** In ms. */
function durationOf(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  return count === undefined || unit === undefined ? undefined : Number(count) * (UNITS[unit] ?? 0)
}

function timeOf(text: string): number | undefined {
  const time = ISO.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}

function invalid(name: string, text: string, hint: string): Error {
  return usageError('CLI_FLAG_INVALID', `--${name} cannot be "${text}".`, hint)
}
