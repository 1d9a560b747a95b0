import { Agent, type Dispatcher, request } from 'undici'
import { classifyFailure, isTlsFailure } from '../classify.ts'
import { ProxyScoringError } from '../errors.ts'
import type { FailureReason } from '../outcome.ts'
import type { EgressProxy } from '../proxy.ts'
import type { Clock } from '../time.ts'
import { type CheckTls, ProxyConnector } from './connector.ts'
import { dispatcherFor } from './dispatcher.ts'
import { exitAddress } from './exit-address.ts'

/** What came back from the check URL. */
export interface CheckAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** At most `maxBodyBytes` of it. */
  readonly body: string
}

export interface CheckOptions {
  /** What is asked for, http or https: a server of your own, or one that allows it. */
  readonly url: string | URL
  /** Whether the answer is the right one; `false` blames the proxy, an error nobody. Default: a status from 200 to 299. */
  readonly expect?: (answer: CheckAnswer) => boolean
  /** For one proxy, from connecting to the last byte. Default 10,000 ms. */
  readonly timeoutMs?: number
  /** Proxies checked at once, from 1. Default 16. */
  readonly concurrency?: number
  /**
   * Ask once without a proxy first, so that a check URL that is down counts against no proxy. Default true. Without it, what looks like
   * the URL's own failure counts for nothing.
   */
  readonly control?: boolean
  /** Default 65,536. */
  readonly maxBodyBytes?: number
  /** TLS with the check URL, for instance `{ ca }`. */
  readonly requestTls?: CheckTls
  /** TLS with https proxies. */
  readonly proxyTls?: CheckTls
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: CheckProgress) => void
  /** Default `Date`. */
  readonly clock?: Clock
  /** Monotonic ms. Default `performance.now`. */
  readonly timer?: () => number
}

export interface CheckProgress {
  readonly done: number
  readonly total: number
  /** The one that was just done. */
  readonly result: CheckResult
}

export interface CheckResult {
  readonly proxyId: string
  readonly ok: boolean
  /** `refused_connection`, `unreachable`, `reset`, `timeout`, `auth` (407), `tls`, `bad_answer`, `target`; `null` when ok. */
  readonly reason: FailureReason | null
  /** Until the connection to the proxy stood; `null` when it never did. */
  readonly connectMs: number | null
  /** From connecting to the last byte; `null` unless ok. */
  readonly totalMs: number | null
  readonly status: number | null
  /** The address that the check URL saw, when it says so. */
  readonly exitAddress: string | null
  /** Epoch ms. */
  readonly at: number
  /** What `expect` threw, where it did: the reason is `target` then, since nobody knows. */
  readonly expectError?: unknown
}

/**
 * Sends one real request through each proxy.
 * @returns the results in the order of the proxies
 * @throws ProxyScoringError `PROXY_CHECK_URL_FAILS`, `PROXY_OPTION_INVALID`; the signal's reason when aborted; what `expect` throws at the answer
 *   without a proxy, and what `onProgress` throws
 */
export async function checkProxies(proxies: Iterable<EgressProxy>, options: CheckOptions): Promise<CheckResult[]> {
  const { concurrency = 16, signal, onProgress, control = true } = options
  checkOptions(options)
  signal?.throwIfAborted()
  if (control) await askDirectly(options)
  const queue = [...proxies]
  const results: CheckResult[] = []
  let next = 0
  let done = 0
  const work = async (): Promise<void> => {
    try {
      for (let index = next++; index < queue.length; index = next++) {
        const proxy = queue[index]
        if (proxy === undefined) continue
        const result = await checkProxy(proxy, options)
        signal?.throwIfAborted()
        results[index] = result
        done += 1
        onProgress?.({ done, total: queue.length, result })
      }
    } finally {
      // After an error the others begin nothing new.
      next = queue.length
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, queue.length) }, work))
  return results
}

async function checkProxy(proxy: EgressProxy, options: CheckOptions): Promise<CheckResult> {
  const { timeoutMs = 10_000, timer = () => performance.now(), clock = Date } = options
  using connector = new ProxyConnector(proxy, options.proxyTls ?? {}, timer)
  const dispatcher = dispatcherFor(proxy, connector, options.requestTls ?? {}, timeoutMs)
  const began = timer()
  const base = { proxyId: proxy.id, at: clock.now() }
  let answer: CheckAnswer
  try {
    answer = await ask(dispatcher, timeoutMs, options)
  } catch (error) {
    const reason = explain(error, connector, options)
    const connectMs = connector.connectMs ?? null
    return { ...base, ok: false, reason, connectMs, totalMs: null, status: null, exitAddress: null }
  } finally {
    // Not awaited: a proxy that hangs must not hold up the next one.
    void dispatcher.destroy().catch(() => {})
  }
  const totalMs = timer() - began
  const { status, body } = answer
  const found = { ...base, status, exitAddress: exitAddress(body), connectMs: connector.connectMs ?? null }
  try {
    if (isExpected(answer, options)) return { ...found, ok: true, reason: null, totalMs }
    return { ...found, ok: false, reason: 'bad_answer', totalMs: null }
  } catch (expectError) {
    return { ...found, ok: false, reason: 'target', totalMs: null, expectError }
  }
}

async function ask(dispatcher: Dispatcher, timeoutMs: number, options: CheckOptions): Promise<CheckAnswer> {
  const { maxBodyBytes = 65_536 } = options
  const timeout = AbortSignal.timeout(timeoutMs)
  const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout])
  const { statusCode, headers, body } = await request(options.url, { dispatcher, signal })
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes >= maxBodyBytes) break
  }
  return { status: statusCode, headers, body: Buffer.concat(chunks).subarray(0, maxBodyBytes).toString('utf8') }
}

async function askDirectly(options: CheckOptions): Promise<void> {
  const agent = new Agent({ connect: options.requestTls ?? {} })
  let answer: CheckAnswer
  try {
    answer = await ask(agent, options.timeoutMs ?? 10_000, options)
  } catch (error) {
    options.signal?.throwIfAborted()
    throw urlFails(error)
  } finally {
    void agent.destroy().catch(() => {})
  }
  if (!isExpected(answer, options)) throw urlFails(new Error(`it answered with status ${answer.status}`))
}

function urlFails(cause: unknown): ProxyScoringError {
  const message = 'The check URL does not give the expected answer without a proxy.'
  const hint = 'Check the URL, or set control to false where only proxies can reach it.'
  return new ProxyScoringError('PROXY_CHECK_URL_FAILS', message, { hint, cause })
}

function isExpected(answer: CheckAnswer, { expect }: CheckOptions): boolean {
  return expect === undefined ? answer.status >= 200 && answer.status <= 299 : expect(answer)
}

function explain(error: unknown, connector: ProxyConnector, { signal, control = true }: CheckOptions): FailureReason {
  if (signal?.aborted) return 'cancelled'
  if (isTlsFailure(connector.failure ?? error)) return 'tls'
  const reason = classifyFailure(connector.failure ?? error)
  // The URL is known to be up: who can't get there, or breaks what comes back, is the proxy.
  return reason === 'target' && (control || connector.failure !== undefined) ? 'unreachable' : reason
}

function checkOptions({ url, concurrency = 16, timeoutMs = 1, maxBodyBytes = 1 }: CheckOptions): void {
  if (!(concurrency >= 1)) throw invalid('concurrency', 'a number from 1')
  if (!/^https?:$/.test(URL.parse(String(url))?.protocol ?? '')) throw invalid('url', 'an http or https URL')
  if (!isWait(timeoutMs)) throw invalid('timeoutMs', WAIT)
  if (!(maxBodyBytes >= 1)) throw invalid('maxBodyBytes', 'a number from 1')
}

/** Beyond it a timer of Node's rings at once. */
const LONGEST_MS = 2 ** 31 - 1
export const WAIT = `a number of ms from 1 to ${LONGEST_MS}`

export function isWait(ms: number): boolean {
  return ms >= 1 && ms <= LONGEST_MS
}

export function invalid(name: string, wanted: string): ProxyScoringError {
  return new ProxyScoringError('PROXY_OPTION_INVALID', `The option ${name} can't be used.`, {
    hint: `It is ${wanted}.`,
  })
}
