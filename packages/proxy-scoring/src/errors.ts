/** What can go wrong, as stable codes. */
export type ProxyScoringErrorCode =
  /** No proxy fits the request right now; `retryAt` says when one may. */
  | 'PROXY_NONE_AVAILABLE'
  /** A proxy's host, port, protocol or credentials can't be used. */
  | 'PROXY_INVALID'
  /** Two different proxies ask for the same id. */
  | 'PROXY_ID_TAKEN'
  /** The scorer holds no proxy of that id. */
  | 'PROXY_UNKNOWN'
  /** A latency was NaN, negative or infinite. */
  | 'PROXY_LATENCY_INVALID'
  /** A failure reason that is not one of `FailureReason`. */
  | 'PROXY_REASON_INVALID'
  /** An option is out of its range. */
  | 'PROXY_OPTION_INVALID'
  /** The check URL does not answer as expected without a proxy, so a check through proxies would tell nothing. */
  | 'PROXY_CHECK_URL_FAILS'
  /** A list's file can't be read. */
  | 'PROXY_LIST_UNREADABLE'
  /** A list is longer than allowed. */
  | 'PROXY_LIST_TOO_LARGE'
  /** The snapshot is of another version or damaged. */
  | 'PROXY_SNAPSHOT_INVALID'
  /** Every attempt of a failover chain failed by a fault of its proxy. */
  | 'PROXY_FAILOVER_EXHAUSTED'

/** An error of this package: what was wrong, and what to do. Its texts never hold credentials. */
export class ProxyScoringError extends Error {
  override readonly name = 'ProxyScoringError'
  /** Stable, for programs. */
  readonly code: ProxyScoringErrorCode
  /** The next step, one sentence. */
  readonly hint: string | undefined
  /** With `PROXY_NONE_AVAILABLE`: the earliest time (epoch ms) at which another try may succeed; `undefined` when waiting does not help. */
  readonly retryAt: number | undefined

  constructor(
    code: ProxyScoringErrorCode,
    message: string,
    options: { hint?: string; retryAt?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
    this.retryAt = options.retryAt
  }
}
