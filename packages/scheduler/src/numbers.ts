import { SchedulerError } from './errors.ts'

export interface NumberRule {
  /** Default: any. */
  readonly least?: number
  readonly whole?: boolean
  readonly infinite?: boolean
}

export function fits(value: unknown, { least = Number.NEGATIVE_INFINITY, whole, infinite }: NumberRule): boolean {
  if (typeof value !== 'number' || !(value >= least)) return false
  if (!Number.isFinite(value)) return infinite === true
  return whole !== true || Number.isInteger(value)
}

/** What the rule asks for, in words. */
export function wanted({ least, whole, infinite }: NumberRule): string {
  const kind = whole === true ? 'a whole number' : 'a number'
  return `${kind}${least === undefined ? '' : `, ${least} or more`}${infinite === true ? ', or Infinity' : ''}`
}

/** @throws SchedulerError `INVALID_ARGUMENT` */
export function checkArgument(name: string, value: unknown, rule: NumberRule): void {
  if (value === undefined || fits(value, rule)) return
  throw new SchedulerError(
    'INVALID_ARGUMENT',
    `\`${name}\` is ${typeof value === 'number' ? value : `no number but ${typeof value}`}.`,
    `Give \`${name}\` as ${wanted(rule)}.`,
  )
}
