import { createHash, timingSafeEqual } from 'node:crypto'
import type { ProxyBehaviour } from './faults.ts'
import { isLoopback, type Target } from './target.ts'

export interface Ask {
  /** `undefined` when the request names none that can be understood. */
  readonly target: Target | undefined
  /** The `Proxy-Authorization` header. */
  readonly authorization: string | undefined
}

/** What the proxy does with a request, before a byte of it is forwarded. */
export type Decision =
  | { readonly verdict: 'forwarded'; readonly target: Target }
  | { readonly verdict: 'unauthorised'; readonly status: 407; readonly reason: string }
  | { readonly verdict: 'refused'; readonly status: 400 | 403 | 503; readonly reason: string }

export interface JudgeOptions {
  readonly username: string
  readonly password: string
  readonly behaviour: ProxyBehaviour
}

/** Decides request by request; the fault counts only those that would be forwarded. */
export function createJudge({ username, password, behaviour }: JudgeOptions): (ask: Ask) => Decision {
  const expected = digest(`Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`)
  let eligible = 0
  return ({ target, authorization }) => {
    if (authorization === undefined || !timingSafeEqual(digest(withScheme(authorization)), expected)) {
      return { verdict: 'unauthorised', status: 407, reason: 'This proxy needs a user name and a password.' }
    }
    if (target === undefined) {
      return { verdict: 'refused', status: 400, reason: 'The target must be host:port, or an absolute http URL.' }
    }
    if (!isLoopback(target.host)) {
      return { verdict: 'refused', status: 403, reason: 'This demo proxy forwards to loopback only.' }
    }
    eligible += 1
    return behaviour.refuses(eligible)
      ? { verdict: 'refused', status: 503, reason: 'This demo proxy refuses every other request.' }
      : { verdict: 'forwarded', target }
  }
}

/** The name of the scheme is case-insensitive, the rest is not. */
function withScheme(authorization: string): string {
  return authorization.replace(/^basic +/i, 'Basic ')
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
