import type { ProxyLease } from './context.ts'
import type { EgressFault } from './egress.ts'
import { PluginError } from './errors.ts'
import type { JsonValue } from './json.ts'

export interface HttpOptions {
  /** Default GET, or POST where there is a body. */
  readonly method?: string
  /** By name. The host adds the run's id and RefBot's token to the user agent. */
  readonly headers?: Readonly<Record<string, string>>
  /** At most 16 MiB. */
  readonly body?: string | Uint8Array
  /** A body as JSON, with its content type. */
  readonly json?: JsonValue
  /** Without one the request leaves directly. */
  readonly proxy?: ProxyLease
  /** For the whole exchange, in ms; default 30,000. */
  readonly timeoutMs?: number
  /** Of the answer's body, in bytes; default 10 MiB. */
  readonly maxBytes?: number
}

/** An answer, read to its end. */
export interface HttpResponse {
  readonly status: number
  readonly statusText: string
  /** As the site sent them, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** The first header of that name, in any case. */
  header(name: string): string | undefined
  /** As it came: no coding is undone, and none is asked for unless `headers` do. */
  readonly bytes: Uint8Array
  /** The body as UTF-8. */
  text(): string
  /** @throws SyntaxError when the body is no JSON */
  json(): JsonValue
}

export interface PluginHttp {
  /**
   * One request to an authorised origin, through the host's gate: the same rights, limits and records as a page's. No
   * redirect is followed.
   * @throws EgressError when no whole answer came
   * @throws PluginError `TARGET_NOT_AUTHORISED`, `TARGET_INVALID`, `ORIGIN_PAUSED`, `HTTP_BODY_TOO_LARGE`
   */
  request(url: string, options?: HttpOptions): Promise<HttpResponse>
}

/** A request of `ctx.http` that got no answer, as the gate saw it. */
export class EgressError extends PluginError {
  override readonly name = 'EgressError'
  /** Why the gate did not let it out: `path_not_allowed`, `limit_minute` …; undefined where it did. */
  readonly rule: string | undefined
  /** What failed on the way; undefined where the gate refused, or time ran out. */
  readonly fault: EgressFault | undefined

  constructor(
    code: 'EGRESS_REFUSED' | 'EGRESS_FAILED' | 'EGRESS_TIMEOUT',
    message: string,
    options: EgressErrorOptions,
  ) {
    super(code, message, { hint: options.hint, retryable: code !== 'EGRESS_REFUSED' })
    this.rule = options.rule
    this.fault = options.fault
  }
}

export interface EgressErrorOptions {
  readonly hint?: string | undefined
  readonly rule?: string | undefined
  readonly fault?: EgressFault | undefined
}
