import { parseArgs } from 'node:util'
import { DemoError } from './errors.ts'
import { isProxyFault, proxyFaults } from './proxy/faults.ts'
import type { ProxySettings } from './proxy/server.ts'
import { isSiteFault, siteFaults } from './site/faults.ts'
import type { SiteSettings } from './site/server.ts'

/** The variable that carries a proxy's password, which would be visible to everybody on a command line. */
export const passwordVariable = 'DEMO_PROXY_PASSWORD'

export type Command =
  | { readonly kind: 'site'; readonly settings: SiteSettings }
  | { readonly kind: 'proxy'; readonly settings: ProxySettings }
  | { readonly kind: 'help'; readonly text: string }

const defaultRateLimit = 3
const maxLatencyMs = 60_000

const options = {
  port: { type: 'string', default: '0' },
  fault: { type: 'string', default: 'none' },
  'latency-ms': { type: 'string' },
  db: { type: 'string' },
  'rate-limit': { type: 'string', default: String(defaultRateLimit) },
  'redirect-to': { type: 'string' },
  'smtp-port': { type: 'string', default: '0' },
  username: { type: 'string' },
  log: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/** @throws DemoError `DEMO_USAGE` */
export function parseCommandLine(argv: readonly string[], environment: NodeJS.ProcessEnv): Command {
  const { values, positionals } = parse(argv)
  const [kind, ...more] = positionals
  if (values.help === true) return { kind: 'help', text: usage }
  if (more.length > 0) throw misuse(`"${more[0]}" is one word too many.`)
  const port = whole('--port', values.port, 65_535)
  const latency = values['latency-ms']
  const latencyMs = latency === undefined ? undefined : whole('--latency-ms', latency, maxLatencyMs)
  if (kind === 'site') {
    const { fault, db, 'redirect-to': redirectTo = '' } = values
    if (!isSiteFault(fault)) throw misuse(`There is no site fault "${fault}".`, siteFaults)
    if (db === undefined) throw misuse('The site needs --db FILE.')
    if (siteFaults[fault].submit === 'redirect' && !/^https?:$/.test(URL.parse(redirectTo)?.protocol ?? '')) {
      throw misuse(`The fault ${fault} needs --redirect-to with an http or https URL.`)
    }
    const rateLimit = whole('--rate-limit', values['rate-limit'], Number.MAX_SAFE_INTEGER)
    const smtpPort = whole('--smtp-port', values['smtp-port'], 65_535)
    if (siteFaults[fault].mail && smtpPort === 0) throw misuse(`The fault ${fault} needs --smtp-port.`)
    const settings = { port, databaseFile: db, fault, rateLimit, redirectTo, smtpPort }
    return { kind, settings: { ...settings, latencyMs: latencyMs ?? siteFaults[fault].latencyMs } }
  }
  if (kind === 'proxy') {
    const { fault, username, log } = values
    if (!isProxyFault(fault)) throw misuse(`There is no proxy fault "${fault}".`, proxyFaults)
    if (username === undefined || username === '' || username.includes(':')) {
      throw misuse('The proxy needs --username NAME, without a colon.')
    }
    if (log === undefined) throw misuse('The proxy needs --log FILE.')
    const password = environment[passwordVariable] ?? ''
    if (password === '') throw misuse(`The proxy needs a password in the environment variable ${passwordVariable}.`)
    const settings = { port, username, password, logFile: log, fault }
    return { kind, settings: { ...settings, latencyMs: latencyMs ?? proxyFaults[fault].latencyMs } }
  }
  throw misuse(kind === undefined ? 'Name what to start: site or proxy.' : `"${kind}" is neither site nor proxy.`)
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true })
  } catch (cause) {
    // Node's message goes on about positional arguments after its first sentence.
    const [first = ''] = String(cause instanceof Error ? cause.message : cause).split('. ')
    throw misuse(`${first.replace(/\.$/, '')}.`)
  }
}

function whole(flag: string, text: string, max: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (value <= max) return value
  throw misuse(`${flag} must be a whole number from 0 to ${max}, not "${text}".`)
}

function misuse(message: string, faults?: Readonly<Record<string, unknown>>): DemoError {
  const hint = faults === undefined ? 'Run it with --help for all flags.' : `One of: ${Object.keys(faults).join(', ')}.`
  return new DemoError('DEMO_USAGE', message, { hint })
}

const usage = `site  --db FILE [--port 0] [--fault NAME] [--latency-ms N] [--rate-limit ${defaultRateLimit}] [--redirect-to URL]
      [--smtp-port PORT]
proxy --username NAME --log FILE [--port 0] [--fault NAME] [--latency-ms N]
      with the password in ${passwordVariable}

Both bind 127.0.0.1, print {"ready":true,"url":"…"} and run until SIGTERM or until their stdin, a pipe, is closed.

Faults of the site
${list(siteFaults)}

Faults of the proxy
${list(proxyFaults)}`

function list(faults: Readonly<Record<string, { readonly summary: string }>>): string {
  return Object.entries(faults)
    .map(([name, { summary }]) => `  ${name.padEnd(22)}${summary}`)
    .join('\n')
}
