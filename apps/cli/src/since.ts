import { usageError } from './errors.ts'

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/

/**
 * `90s`, `10m`, `2h`, `7d` before `now` (epoch ms), or an ISO time, in the zone of this machine where it names none.
 * @returns ISO 8601, UTC
 * @throws CliError `CLI_FLAG_INVALID`
 */
export function sinceOf(text: string, now: number): string {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (count !== undefined && unit !== undefined) {
    return new Date(now - Number(count) * (UNITS[unit] ?? 0)).toISOString()
  }
  const time = ISO.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(time)) return new Date(time).toISOString()
  throw usageError(
    'CLI_FLAG_INVALID',
    `--since cannot be "${text}".`,
    'Give how long ago (90s, 10m, 2h, 7d) or a time such as 2026-11-25T14:00Z.',
  )
}
