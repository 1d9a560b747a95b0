export interface ReadSpelling {
  readonly config: unknown
  readonly notices: readonly string[]
  readonly issues: readonly { readonly message: string; readonly path: readonly string[] }[]
}

/** Keys whose matter lies with the host. */
const elsewhere: Readonly<Record<string, { readonly refused: boolean; readonly text: string }>> = {
  proxyUrl: {
    refused: true,
    text: 'proxyUrl is not taken here: add the proxy to the proxies of RefBot itself, where it is scored and its password is safe.',
  },
  headless: { refused: false, text: 'headless is left aside: how the browser starts is a setting of RefBot itself.' },
}

/** Takes `batch_size` for `batchSize`, and says so; tells where keys belong that are not this plugin's. */
export function readSpelling(value: unknown, known: readonly string[]): ReadSpelling {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { config: value, notices: [], issues: [] }
  const config: Record<string, unknown> = {}
  const notices: string[] = []
  const issues: { message: string; path: string[] }[] = []
  const given = new Set(Object.keys(value))
  for (const [key, item] of Object.entries(value)) {
    if (key === 'delay_between_submissions' && typeof item === 'number' && !given.has('delayBetweenSubmissionsMs')) {
      config.delayBetweenSubmissionsMs = Math.round(item * 1000)
      notices.push(`${key} is read as ${item} seconds; write delayBetweenSubmissionsMs: ${Math.round(item * 1000)}.`)
      continue
    }
    const camel = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    const other = elsewhere[camel]
    if (other !== undefined) {
      if (other.refused) issues.push({ message: other.text, path: [key] })
      else notices.push(other.text)
    } else if (camel !== key && known.includes(camel) && !given.has(camel)) {
      config[camel] = item
      notices.push(`${key} is read as ${camel}; write it so.`)
    } else config[key] = item
  }
  return { config, notices, issues }
}
