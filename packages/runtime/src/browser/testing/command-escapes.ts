import type { RawDriver } from './raw-driver.ts'
import type { Stranger } from './stranger.ts'

type Context = Record<string, string>

/** A way out by commands of the DevTools protocol: a context made to measure, and a page in it. */
export interface CommandEscape {
  readonly name: string
  /** What `Target.createBrowserContext` is asked for; undefined uses the default context. */
  readonly context: (stranger: Stranger, lease: string) => Context | undefined
  /** Where the page goes: to the stranger, or to the target by way of the stranger. */
  readonly to: 'stranger' | 'target'
}

export const COMMAND_ESCAPES: readonly CommandEscape[] = [
  { name: 'the default context', to: 'stranger', context: () => undefined },
  { name: 'a context without a proxy', to: 'stranger', context: () => ({}) },
  {
    name: 'a context with a proxy of its own',
    to: 'target',
    context: ({ origin }) => ({ proxyServer: origin, proxyBypassList: '<-loopback>' }),
  },
  {
    name: 'a context with a SOCKS proxy',
    to: 'target',
    context: ({ port }) => ({ proxyServer: `socks5://127.0.0.1:${port}`, proxyBypassList: '<-loopback>' }),
  },
  { name: 'a context without proxying', to: 'stranger', context: () => ({ proxyServer: 'direct://' }) },
  {
    name: 'a context with a list of proxies',
    to: 'stranger',
    context: (_stranger, lease) => ({ proxyServer: `https=${lease},direct://`, proxyBypassList: '<-loopback>' }),
  },
  {
    name: 'a context with a bypass list',
    to: 'stranger',
    context: ({ port }, lease) => ({ proxyServer: lease, proxyBypassList: `<-loopback>;127.0.0.1:${port}` }),
  },
  {
    name: 'a context that bypasses loopback, as browsers do',
    to: 'stranger',
    context: (_stranger, lease) => ({ proxyServer: lease }),
  },
]

/** Makes the context and opens the page; rejects when a command is refused or the page does not load. */
export async function attemptCommands(
  commands: CommandEscape,
  driver: RawDriver,
  stranger: Stranger,
  { lease, target }: { lease: string; target: string },
): Promise<void> {
  const context = commands.context(stranger, lease)
  const made = context === undefined ? {} : await driver.send('Target.createBrowserContext', context)
  const { targetId } = await driver.send('Target.createTarget', { url: 'about:blank', ...made })
  const { sessionId } = await driver.send('Target.attachToTarget', { targetId, flatten: true })
  const url = commands.to === 'stranger' ? stranger.origin : target
  const { errorText } = await driver.send('Page.navigate', { url }, String(sessionId))
  if (errorText !== undefined) throw new Error(String(errorText))
}
