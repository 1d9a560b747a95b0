import type { Principal, Tokens } from '@refbot/runtime'
import { ApiError } from '../problem.ts'

declare module 'hono' {
  interface ContextVariableMap {
    /** Who asks, on every route that wants a token. */
    principal: Principal
  }
}

/** @throws ApiError `TOKEN_MISSING`, `TOKEN_INVALID` */
export function principalOf(authorization: string | undefined, tokens: Pick<Tokens, 'verify'>): Principal {
  const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
  if (given === undefined) {
    throw new ApiError('TOKEN_MISSING', 'This request carries no token.', {
      hint: 'Send Authorization: Bearer with the token in the file admin-token of the data directory.',
    })
  }
  const principal = tokens.verify(given)
  if (principal !== undefined) return principal
  throw new ApiError('TOKEN_INVALID', 'This token is not valid here.', {
    hint: 'Make one with refbot token create, or take the one in the file admin-token of the data directory of this server, or its REFBOT_TOKEN.',
  })
}

/** What only looks, is allowed to every valid token. */
export function isMutating(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS'
}

/** @throws ApiError `TOKEN_FORBIDDEN` */
export function refuseForbidden(method: string): never {
  throw new ApiError('TOKEN_FORBIDDEN', `This token may only look: ${method} is not for it.`, {
    hint: 'Use a token with the rights admin.',
  })
}
