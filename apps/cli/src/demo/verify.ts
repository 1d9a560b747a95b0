import type { AccessLogEntry, Account } from '@refbot/demo-site'
import type { Submission } from '@refbot/plugin-registration'

/** What the demo saw from all of its sides. */
export interface Evidence {
  readonly runId: string
  readonly submissions: readonly Submission[]
  /** The site's own database. */
  readonly accounts: readonly Pick<Account, 'email' | 'runId'>[]
  /** The access log of each proxy, by the id under which rows name it. */
  readonly accessLogs: ReadonlyMap<string, readonly Pick<AccessLogEntry, 'client' | 'authority' | 'verdict'>[]>
  /** Host and port of the site. */
  readonly authority: string
}

/**
 * Compares what the plugin says with what the site and the proxies wrote down, one by one.
 * @returns one sentence a difference; empty when the sides agree.
 */
export function differences(evidence: Evidence): readonly string[] {
  return [...accountDifferences(evidence), ...proxyDifferences(evidence)]
}

function* accountDifferences({ runId, submissions, accounts }: Evidence): Generator<string> {
  const claimed = new Set(
    submissions.filter(({ outcome }) => outcome === 'success').map(({ identity }) => identity.email),
  )
  const stored = new Map(accounts.map((account) => [account.email, account]))
  if (stored.size !== accounts.length) yield 'The site holds an e-mail address twice.'
  for (const email of claimed) {
    const account = stored.get(email)
    if (account === undefined) yield `${email} was reported as signed up, and the site does not hold it.`
    else if (account.runId !== runId) yield `${email} is held by the site for run ${account.runId}, not for ${runId}.`
  }
  for (const email of stored.keys()) {
    if (!claimed.has(email)) yield `The site holds ${email}, which no successful row reports.`
  }
}

function* proxyDifferences({ submissions, accessLogs, authority }: Evidence): Generator<string> {
  const seen = new Map<string, Set<string>>()
  for (const [proxy, log] of accessLogs) {
    seen.set(proxy, new Set(log.filter((entry) => entry.authority === authority).map(({ client }) => client)))
  }
  for (const { index, outcome, proxy, attempts } of submissions) {
    const row = `Row ${index + 1}`
    if (attempts.at(-1)?.proxy !== proxy) yield `${row} names ${proxy}, and its last attempt another proxy.`
    for (const attempt of attempts) {
      const clients = seen.get(attempt.proxy)
      if (clients === undefined) {
        yield `${row} names ${attempt.proxy}, which is no proxy of the demo.`
        continue
      }
      for (const port of attempt.localPorts) {
        if (!clients.delete(`127.0.0.1:${port}`))
          yield `${row} left from port ${port}, which ${attempt.proxy} did not log.`
      }
    }
    const last = attempts.at(-1)
    const forwarded = accessLogs
      .get(proxy)
      ?.some(
        ({ client, verdict }) =>
          verdict === 'forwarded' && last?.localPorts.some((port) => client === `127.0.0.1:${port}`),
      )
    if (outcome === 'success' && forwarded !== true)
      yield `${row} succeeded through ${proxy}, which forwarded nothing for it.`
  }
  for (const [proxy, clients] of seen) {
    for (const client of clients) yield `${proxy} logged a connection from ${client}, which belongs to no row.`
  }
}
