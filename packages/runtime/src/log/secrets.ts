import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseProxies } from '@refbot/proxy-scoring'
import { type AlertSinkConfig, type RefbotConfig, resolveSecret, SECRET_NAME } from '../config/index.ts'
import type { Redactor } from './redactor.ts'

/** Shorter names are words that lines of a log are full of. */
const MIN_PLAIN = 8

/**
 * Teaches a redactor all that could be secret: the logins of the proxies, what the sinks of alerts are reached with, and every secret that can be referred to,
 * whoever may come to use it.
 */
export function addSecrets(
  redactor: Redactor,
  { proxies, alertSinks, dataDir }: Pick<RefbotConfig, 'proxies' | 'alertSinks' | 'dataDir'>,
  env: Readonly<Record<string, string | undefined>>,
): void {
  const text = proxies.map((entry) => entry.replaceAll('\n', ' ')).join('\n')
  for (const { username, password } of parseProxies(text).proxies) {
    if (password !== undefined) redactor.add(password)
    if (username === undefined) continue
    if (username.length >= MIN_PLAIN) redactor.add(username)
    redactor.add(`${username}:${password ?? ''}`)
  }
  for (const sink of alertSinks) for (const text of sinkSecrets(sink)) redactor.add(text)
  for (const name of secretNames(dataDir, env)) {
    try {
      redactor.add(resolveSecret(name, { env, dataDir }).reveal())
    } catch {
      // What cannot be read is used by nobody.
    }
  }
}

/** Whoever knows the address of a hook can post to it. */
function sinkSecrets(sink: AlertSinkConfig): string[] {
  const {
    url,
    secret,
    password,
    headers = {},
  } = sink as Partial<Record<'url' | 'secret' | 'password', string>> & {
    readonly headers?: Readonly<Record<string, string>>
  }
  return [url, secret, password, ...Object.values(headers)].flatMap((text) =>
    text !== undefined && text.length >= MIN_PLAIN ? [text] : [],
  )
}

function secretNames(dataDir: string, env: Readonly<Record<string, string | undefined>>): Set<string> {
  const variables = Object.keys(env).flatMap((name) => {
    const rest = /^REFBOT_SECRET_([A-Z0-9_]+)$/.exec(name)?.[1]
    return rest === undefined ? [] : [rest.toLowerCase().replaceAll('_', '-')]
  })
  const folders = [join(dataDir, 'secrets'), env.CREDENTIALS_DIRECTORY].filter((each) => each !== undefined)
  const files = folders.flatMap((folder) => {
    try {
      return readdirSync(folder)
    } catch {
      return []
    }
  })
  return new Set([...variables, ...files].filter((name) => SECRET_NAME.test(name)))
}
