import type { ServiceLog } from '@refbot/runtime'

/** Whoever tries tokens must not fill the log. */
const PER_MINUTE = 20
const MINUTE_MS = 60_000

export interface Refusal {
  readonly status: number
  readonly code: string
  readonly method: string
  readonly path: string
}

/** Says in the log which requests were refused: each, up to so many a minute, then how many more there were. */
export function refusalLog(log: Pick<ServiceLog, 'warn'>, now: () => number): (refusal: Refusal) => void {
  let began = Number.NEGATIVE_INFINITY
  let told = 0
  let untold = 0
  return (refusal) => {
    if (now() - began >= MINUTE_MS) {
      began = now()
      told = 0
    }
    if (told === PER_MINUTE) {
      untold += 1
      return
    }
    told += 1
    const { path, ...rest } = refusal
    log.warn({ ...rest, path: path.slice(0, 200), ...(untold === 0 ? {} : { untold }) }, 'request refused')
    untold = 0
  }
}
