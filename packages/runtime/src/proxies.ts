import { type EgressProxy, parseProxies } from '@refbot/proxy-scoring'
import { RefbotError } from './errors.ts'

/**
 * The proxies of a configuration. An id tells two accounts at one proxy apart by a tag; `idKey`, a secret of this
 * installation, keeps others from guessing a weak password by it.
 * @throws RefbotError `PROXY_LIST_INVALID`, naming every bad entry by its place and reason, never by its text.
 */
export function readProxies(entries: readonly string[], idKey?: string): readonly EgressProxy[] {
  const text = entries.map((entry) => entry.replaceAll(/[\r\n]/g, ' ')).join('\n')
  const { proxies, errors } = parseProxies(text, idKey === undefined ? {} : { idKey })
  if (errors.length === 0) return proxies
  const problems = errors.map(({ line, reason }) => `entry ${line}: ${reason}`)
  throw new RefbotError('PROXY_LIST_INVALID', `The proxies cannot be read. ${problems.join('. ')}.`, {
    hint: 'Write each as host:port, host:port:user:password or a URL.',
  })
}
