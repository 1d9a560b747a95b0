import { type Authorisation, type AuthoriseOptions, examine } from './authorisation.ts'

export interface WatchOptions extends AuthoriseOptions {
  /** Called once, when the right is gone: the run ends with `authorisation_lost`. */
  readonly onLost: (problems: readonly string[]) => void
  /** Between two checks, in ms; default and at most 300,000. */
  readonly everyMs?: number
}

const MAX_INTERVAL_MS = 300_000

/**
 * Asks the origin again and again while a run goes on. A document that vanished, changed or expired is a right lost, and
 * so is one that cannot be fetched: nobody can tell whether it still stands. Loopback is never asked.
 */
export function watchAuthorisation(authorisation: Authorisation, options: WatchOptions): Disposable {
  const { onLost, clock = { now: Date.now } } = options
  let over = authorisation.source === 'loopback'
  let timer: NodeJS.Timeout | undefined
  const expiries = [authorisation.document, ...authorisation.submitDocuments].flatMap(({ expires }) => expires ?? [])

  const check = async (): Promise<void> => {
    const problems = await whatChanged(authorisation, options)
    if (over) return
    if (problems.length === 0) {
      schedule()
      return
    }
    over = true
    onLost(problems)
  }
  const schedule = (): void => {
    const untilExpiry = Math.max(0, Math.min(...expiries) - clock.now())
    timer = setTimeout(check, Math.min(options.everyMs ?? MAX_INTERVAL_MS, MAX_INTERVAL_MS, untilExpiry))
    timer.unref()
  }
  if (!over) schedule()
  return {
    [Symbol.dispose]() {
      over = true
      clearTimeout(timer)
    },
  }
}

async function whatChanged(granted: Authorisation, options: AuthoriseOptions): Promise<readonly string[]> {
  const now = await examine(granted.origin, options)
  if ('problems' in now) return now.problems
  const rights = ({ document, submitDocuments }: Authorisation): string => JSON.stringify([document, submitDocuments])
  return rights(granted) === rights(now.authorisation) ? [] : ['The document has changed.']
}
