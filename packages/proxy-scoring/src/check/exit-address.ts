import { isIP } from 'node:net'

/** Keys under which services that echo the caller's address give it. */
const KEYS = ['ip', 'origin', 'query', 'address', 'ipAddress', 'ip_addr', 'clientIp']

/** The address that an answer names: the whole body, one line of it (`ip=1.2.3.4`), or a well-known key of a JSON object. */
export function exitAddress(body: string): string | null {
  const text = body.trim()
  if (isIP(text) !== 0) return text
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null)
      for (const key of KEYS) {
        const found: unknown = Reflect.get(value, key)
        // Some list the whole path: `1.2.3.4, 5.6.7.8`; the first is the caller.
        const first = typeof found === 'string' ? found.split(',')[0]?.trim() : undefined
        if (first !== undefined && isIP(first) !== 0) return first
      }
  } catch {
    const line = /^ip=(.+)$/m.exec(text)?.[1]?.trim()
    if (line !== undefined && isIP(line) !== 0) return line
  }
  return null
}
