import { createHash, timingSafeEqual } from 'node:crypto'
import { ApiError } from '../problem.ts'

/** Says whether a text is the token, in a time that tells nothing of how much of it was right. */
export function tokenCheck(token: string): (given: string) => boolean {
  const wanted = digest(token)
  return (given) => timingSafeEqual(digest(given), wanted)
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** @throws ApiError `TOKEN_MISSING`, `TOKEN_INVALID` */
export function assertToken(authorization: string | undefined, isToken: (given: string) => boolean): void {
  const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
  if (given === undefined) {
    throw new ApiError('TOKEN_MISSING', 'This request carries no token.', {
      hint: 'Send Authorization: Bearer with the token in the file admin-token of the data directory.',
    })
  }
  if (!isToken(given)) {
    throw new ApiError('TOKEN_INVALID', 'This token is not valid here.', {
      hint: 'Take the token from the file admin-token of the data directory of this server, or from its REFBOT_TOKEN.',
    })
  }
}
