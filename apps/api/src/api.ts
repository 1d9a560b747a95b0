import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Refbot } from '@refbot/runtime'
import { addRoutes, openApiText } from './document.ts'
import { limitBody } from './guard/body.ts'
import { assertOwnHost } from './guard/host.ts'
import { PUBLIC_PATHS } from './guard/public.ts'
import { refusalLog } from './guard/refusals.ts'
import { isMutating, principalOf, refuseForbidden } from './guard/token.ts'
import { ApiError, problemResponse, toProblem } from './problem.ts'
import { newApp } from './routes/app.ts'
import type { Reload } from './routes/config.ts'
import { PROXY_LISTS } from './routes/proxies.ts'

export interface ApiOptions {
  /** The address that the server listens on; default `127.0.0.1`. */
  readonly host?: string
  /** Names, without port, under which a reverse proxy or a DNS entry leads here; default none. */
  readonly allowedHosts?: readonly string[]
  /** Bytes of a request's body; default 65,536. A list of proxies may have 64 times as many. */
  readonly maxBodyBytes?: number
  /** Between comments on a silent event stream, ms; default 15,000. */
  readonly keepAliveMs?: number
  /** Ends every event stream. */
  readonly signal?: AbortSignal
  /** What `POST /api/config/reload` does; default: it answers 409. */
  readonly reload?: Reload
  /** Epoch milliseconds; default `Date.now`. */
  readonly now?: () => number
  /** Called with what a client is not told: failures that are the server's own. Default: the service's log tells it. */
  readonly onError?: (error: unknown) => void
}

/**
 * The API over a RefBot, as a pure app: no port, no timer of its own. Everything but the public list wants a token, what
 * changes anything one with the right to do so and leaves an entry in the audit; a foreign Host or Origin is refused
 * before anything is looked at.
 */
export function createApi(refbot: Refbot, options: ApiOptions = {}): OpenAPIHono {
  const { host = '127.0.0.1', allowedHosts = [], maxBodyBytes = 65_536, keepAliveMs = 15_000, now = Date.now } = options
  const onError = options.onError ?? ((error) => refbot.log.error({ error }, 'a request failed'))
  const noteRefusal = refusalLog(refbot.log, now)
  const app = newApp()
  app.onError((error, c) => {
    const problem = toProblem(error)
    const { status, code } = problem
    if (REFUSALS.has(status)) noteRefusal({ status, code, method: c.req.method, path: c.req.path })
    if (problem.status >= 500) onError(error)
    return problemResponse(problem, problem.status === 401 ? { 'www-authenticate': 'Bearer realm="RefBot"' } : {})
  })
  app.notFound((c) => {
    const error = new ApiError('ROUTE_UNKNOWN', `There is no ${c.req.method} ${c.req.path}.`, {
      hint: 'See /openapi.json for what there is.',
    })
    return problemResponse(toProblem(error))
  })
  app.use(async (c, next) => {
    const asked = c.req.header('host') ?? new URL(c.req.url).host
    assertOwnHost(asked, c.req.header('origin'), { boundHost: host, allowedHosts })
    const { method, path } = c.req
    if (PUBLIC_PATHS.has(path)) return next()
    const principal = principalOf(c.req.header('authorization'), refbot.tokens)
    const { id, name, rights } = principal
    c.set('principal', principal)
    if (!isMutating(method)) return next()
    const note = (outcome: number): Promise<void> =>
      refbot.store.audit
        .add({ actor: id, actorName: name, action: method, target: path.slice(0, MAX_TARGET), outcome: `${outcome}` })
        // It is done, noted or not.
        .catch(onError)
    if (rights !== 'admin') {
      await note(403)
      refuseForbidden(method)
    }
    await next()
    return note(c.res.status)
  })
  app.use(PROXY_LISTS, limitBody(maxBodyBytes * LIST_FACTOR))
  const limited = limitBody(maxBodyBytes)
  app.use((c, next) => (c.req.path === PROXY_LISTS ? next() : limited(c, next)))
  addRoutes(app, refbot, { now, keepAliveMs, signal: options.signal, reload: options.reload })
  let text: string | undefined
  app.get('/openapi.json', (c) => {
    text ??= openApiText()
    return c.body(text, 200, { 'content-type': 'application/json' })
  })
  return app
}

/** Who has no token or a wrong one, may not do it, or comes from elsewhere. */
const REFUSALS: ReadonlySet<number> = new Set([401, 403, 421])

/** A list of proxies is longer than other bodies. */
const LIST_FACTOR = 64

/** Characters of a path that the audit keeps. */
const MAX_TARGET = 500
