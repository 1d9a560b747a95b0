/** Flat name, value, name, value, in the order and case in which they came. */
export type RawHeaders = readonly string[]

/** Mean something between two neighbours only (RFC 9110, 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-authentication-info',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Drops hop-by-hop headers, those that `Connection` names, and `also` (lower case). */
export function endToEnd(raw: RawHeaders, also: ReadonlySet<string> = NOTHING): string[] {
  const named = connectionTokens(raw)
  const kept: string[] = []
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? ''
    const lower = name.toLowerCase()
    if (HOP_BY_HOP.has(lower) || named.has(lower) || also.has(lower)) continue
    kept.push(name, raw[i + 1] ?? '')
  }
  return kept
}

export function countHeader(raw: RawHeaders, lower: string): number {
  let count = 0
  for (let i = 0; i < raw.length; i += 2) if (raw[i]?.toLowerCase() === lower) count++
  return count
}

/** The request's headers as they go to an authorised origin: who is asking and for which run, whatever the page set. */
export function identified(raw: RawHeaders, runId: string, userAgentToken: string): string[] {
  const headers = endToEnd(raw, OWN)
  let agent = false
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() !== 'user-agent') continue
    agent = true
    if (!headers[i + 1]?.includes(userAgentToken)) headers[i + 1] = `${headers[i + 1]} ${userAgentToken}`
  }
  if (!agent) headers.push('User-Agent', userAgentToken)
  headers.push('X-RefBot-Run', runId)
  return headers
}

/** The headers as they go to anybody else: the run's mark is for those who agreed to it. */
export function unidentified(raw: RawHeaders): string[] {
  return endToEnd(raw, OWN)
}

const NOTHING: ReadonlySet<string> = new Set()
/** `Expect` was for the gate, which has answered it. */
const OWN: ReadonlySet<string> = new Set(['x-refbot-run', 'expect'])
/** Dropping these on a neighbour's word would change what the message means or whose it is. */
const NEVER_NAMED: ReadonlySet<string> = new Set(['host', 'content-length', 'x-refbot-run', 'user-agent'])

function connectionTokens(raw: RawHeaders): Set<string> {
  const tokens = new Set<string>()
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() !== 'connection') continue
    for (const token of (raw[i + 1] ?? '').toLowerCase().split(',')) {
      if (!NEVER_NAMED.has(token.trim())) tokens.add(token.trim())
    }
  }
  return tokens
}
