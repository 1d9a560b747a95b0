import { startChild } from './child.ts'
import { type Account, readAccounts } from './site/accounts.ts'
import type { SiteFault } from './site/faults.ts'

export interface DemoSiteOptions {
  /** The site's own SQLite file, made (mode 0600) when it is missing; accounts of earlier starts are kept. */
  readonly databaseFile: string
  /** Default `none`. */
  readonly fault?: SiteFault
  /** Milliseconds before each answer but that of `/api/health`, 0 to 60000. Default 0, with `slow` 1000. */
  readonly latencyMs?: number
  /** Submits before the fault `rate-limit` answers 429, 0 or more. Default 3. */
  readonly rateLimit?: number
  /** Where the fault `foreign-redirect` sends a submit: an http or https URL. */
  readonly redirectTo?: string
  /** Of the mail server on loopback that the fault `confirm-email` sends its mail to. */
  readonly smtpPort?: number
  /** Default 0: a free port. */
  readonly port?: number
  /** The entry file, where this package is bundled into another. Default: this package's own. */
  readonly entry?: URL
  /** Milliseconds that the start may take. Default 10000. */
  readonly readyTimeoutMs?: number
}

/** A demo site in a process of its own. It ends with `stop()`, and with this process. */
export interface DemoSite extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly databaseFile: string
  /** What the site has stored, oldest first; also after `stop()`. */
  accounts(): Account[]
  stop(): Promise<void>
}

/**
 * Starts the demo site and waits until it listens.
 * @throws DemoError `DEMO_USAGE`, `DEMO_PORT_BUSY`, `DEMO_FILE`, `DEMO_START_FAILED`
 */
export async function startDemoSite(options: DemoSiteOptions): Promise<DemoSite> {
  const { databaseFile, fault = 'none', latencyMs, rateLimit, redirectTo, smtpPort } = options
  const { port = 0, entry, readyTimeoutMs } = options
  const args = ['site', `--db=${databaseFile}`, `--fault=${fault}`, `--port=${port}`]
  if (latencyMs !== undefined) args.push(`--latency-ms=${latencyMs}`)
  if (rateLimit !== undefined) args.push(`--rate-limit=${rateLimit}`)
  if (redirectTo !== undefined) args.push(`--redirect-to=${redirectTo}`)
  if (smtpPort !== undefined) args.push(`--smtp-port=${smtpPort}`)
  const child = await startChild({ entry, args, readyTimeoutMs })
  return {
    ...child,
    databaseFile,
    accounts: () => readAccounts(databaseFile),
    [Symbol.asyncDispose]: child.stop,
  }
}
