/** What the doctor says of one thing. */
export interface Finding {
  /** What was looked at: `browser`, `data directory`. */
  readonly check: string
  /** `broken`: RefBot does not start, or loses something; `warning`: it works, and somebody should look. */
  readonly status: 'ok' | 'warning' | 'broken'
  readonly message: string
  /** The next step; of everything that is not `ok`. */
  readonly next?: string
  /** It was put right just now. */
  readonly fixed?: true
}

export const ok = (check: string, message: string): Finding => ({ check, status: 'ok', message })

export const warning = (check: string, message: string, next: string): Finding => ({
  ...{ check, status: 'warning', message, next },
})

export const broken = (check: string, message: string, next: string): Finding => ({
  ...{ check, status: 'broken', message, next },
})

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
