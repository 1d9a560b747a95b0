import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { ApiError } from '../problem.ts'

/**
 * Refuses bodies that are too large. Over HTTP a body says its length or is refused: Hono's own limit cannot wrap what
 * the server hands over, so it is asked only for requests that come from within a program.
 * @throws ApiError `BODY_TOO_LARGE`, `BODY_LENGTH_MISSING`
 */
export function limitBody(maxBytes: number): MiddlewareHandler {
  const refuse = (): never => {
    throw new ApiError('BODY_TOO_LARGE', `The body is larger than ${maxBytes} bytes.`, { hint: 'Send less.' })
  }
  const within = bodyLimit({ maxSize: maxBytes, onError: refuse })
  return (c, next) => {
    if ((c.env as { incoming?: unknown } | undefined)?.incoming === undefined) return within(c, next)
    if (c.req.header('transfer-encoding') !== undefined) {
      throw new ApiError('BODY_LENGTH_MISSING', 'The body does not say how long it is.', {
        hint: 'Send it with a Content-Length.',
      })
    }
    if (Number(c.req.header('content-length') ?? 0) > maxBytes) refuse()
    return next()
  }
}
