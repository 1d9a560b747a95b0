/** Headers that concern one connection only (RFC 9110, 7.6.1), and those that the proxy reads or sets itself. */
const notForwarded = new Set([
  'connection',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
  'x-refbot-lease',
])

/** Raw headers (name, value, name, value) without those that end at the proxy. Order and spelling stay. */
export function forwardedHeaders(raw: readonly string[]): string[] {
  const named = new Set(
    pairs(raw)
      .filter(([name]) => name.toLowerCase() === 'connection')
      .flatMap(([, value]) => value.toLowerCase().split(','))
      .map((name) => name.trim()),
  )
  return pairs(raw)
    .filter(([name]) => !notForwarded.has(name.toLowerCase()) && !named.has(name.toLowerCase()))
    .flat()
}

function pairs(raw: readonly string[]): [string, string][] {
  const found: [string, string][] = []
  for (let index = 0; index + 1 < raw.length; index += 2) found.push([raw[index] ?? '', raw[index + 1] ?? ''])
  return found
}
