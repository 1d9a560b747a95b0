import { type Authorisation, type AuthoriseOptions, examine } from './authorisation.ts'

export interface WatchOptions extends AuthoriseOptions {
  /** Called once, when the right is gone: the run ends with `authorisation_lost`. */
  readonly onLost: (problems: readonly string[]) => void
  /** Between two checks, in ms; default and at most 300,000. */
  readonly everyMs?: number
}

const MAX_INTERVAL_MS = 300_000

/**
 * Asks the origin again and again while a run goes on. A document that vanished or changed is a right lost, and so is one
 * that cannot be fetched: nobody can tell whether it still stands. One that expires is lost at that moment, whatever is
 * being asked meanwhile. Loopback is never asked.
 */
export function watchAuthorisation(authorisation: Authorisation, options: WatchOptions): Disposable {
  const { onLost, clock = { now: Date.now } } = options
  let over = authorisation.source === 'loopback'
  let asking: NodeJS.Timeout | undefined
  let expiring: NodeJS.Timeout | undefined

  const end = (): void => {
    over = true
    clearTimeout(asking)
    clearTimeout(expiring)
  }
  const lose = (problems: readonly string[]): void => {
    if (over) return
    end()
    onLost(problems)
  }
  const ask = async (): Promise<void> => {
    const problems = await whatChanged(authorisation, options)
    if (over) return
    if (problems.length === 0) askLater()
    else lose(problems)
  }
  const askLater = (): void => {
    asking = setTimeout(ask, Math.min(options.everyMs ?? MAX_INTERVAL_MS, MAX_INTERVAL_MS)).unref()
  }
  const first = firstToExpire(authorisation)
  const awaitExpiry = ({ origin, expires }: NonNullable<typeof first>): void => {
    const leftMs = expires - clock.now()
    if (leftMs <= 0) lose([`The document of ${origin} expired at ${new Date(expires).toISOString()}.`])
    else expiring = setTimeout(() => awaitExpiry({ origin, expires }), Math.min(leftMs, MAX_INTERVAL_MS)).unref()
  }
  if (!over) askLater()
  if (!over && first !== undefined) expiring = setTimeout(() => awaitExpiry(first)).unref()
  return { [Symbol.dispose]: end }
}

function firstToExpire({ document, submitDocuments }: Authorisation): { origin: string; expires: number } | undefined {
  const all = [document, ...submitDocuments].flatMap(({ origin, expires }) =>
    expires === undefined ? [] : [{ origin, expires }],
  )
  return all.toSorted((a, b) => a.expires - b.expires)[0]
}

async function whatChanged(granted: Authorisation, options: AuthoriseOptions): Promise<readonly string[]> {
  const now = await examine(granted.origin, options)
  if ('problems' in now) return now.problems
  const rights = ({ document, submitDocuments }: Authorisation): string => JSON.stringify([document, submitDocuments])
  return rights(granted) === rights(now.authorisation) ? [] : ['The document has changed.']
}
