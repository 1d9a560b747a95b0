import { inspect } from 'node:util'
import { parseProxies, proxyAddress } from '@refbot/proxy-scoring'
import { RefbotError } from '../errors.ts'
import type { ParsedConfig } from './schema.ts'
import { resolveSecret, Secret, type SecretSources } from './secrets.ts'

/** What is wrong with one of the entries. */
export interface EntryProblem {
  readonly index: number
  readonly code: string
  readonly message: string
  readonly hint: string | undefined
}

export interface ProxyEntries {
  /** With their secrets; shows none of them in JSON or `inspect`. */
  readonly entries: string[]
  readonly problems: readonly EntryProblem[]
}

type Entry = ParsedConfig['proxies'][number]

/** Resolves the references among proxies, and checks that each entry is a proxy and stands there once. */
export function resolveProxies(entries: readonly Entry[], sources: SecretSources): ProxyEntries {
  const problems: EntryProblem[] = []
  const resolved = entries.map((entry, index) => {
    if (typeof entry === 'string') return entry
    try {
      return resolveSecret(entry.$secret, sources)
    } catch (error) {
      if (!(error instanceof RefbotError)) throw error
      problems.push({ index, code: error.code, message: sentence(error.message), hint: error.hint })
      return ''
    }
  })
  // One line each, so that the line of an error is the place of its entry.
  const lines = resolved.map((entry) => reveal(entry).replace(/[\r\n]+/g, ' '))
  for (const { line, reason } of parseProxies(lines.join('\n')).errors) {
    problems.push({
      index: line - 1,
      code: 'PROXY_LIST_INVALID',
      message: sentence(reason.replace('in line', 'as entry')),
      hint: 'Write each as host:port, host:port:user:password or a URL.',
    })
  }
  return { entries: hidden(resolved), problems: problems.sort((a, b) => a.index - b.index) }
}

/** The texts of a list that gives JSON and `inspect` no more than may be read by everybody. */
function hidden(entries: readonly (string | Secret)[]): string[] {
  const list = entries.map(reveal)
  const shown = () => entries.map((entry) => (entry instanceof Secret ? entry.toJSON() : withoutLogin(entry)))
  Object.defineProperty(list, 'toJSON', { value: shown })
  Object.defineProperty(list, inspect.custom, {
    value: () => entries.map((entry) => (entry instanceof Secret ? entry : withoutLogin(entry))),
  })
  return list
}

function withoutLogin(entry: string): string {
  const [proxy] = parseProxies(entry, { format: 'lines' }).proxies
  if (proxy === undefined) return '[not shown]'
  return proxy.username === undefined ? entry : `${proxyAddress(proxy)} [login not shown]`
}

/** Without its full stop: it becomes a part of a list. */
function sentence(text: string): string {
  return text.replace(/\.$/, '')
}

function reveal(entry: string | Secret): string {
  return typeof entry === 'string' ? entry : entry.reveal()
}
