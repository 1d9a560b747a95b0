import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { authorise } from '../../../packages/runtime/src/egress/authorisation.ts'
import { Gate } from '../../../packages/runtime/src/egress/gate.ts'
import { createGateIdentity } from '../../../packages/runtime/src/egress/identity.ts'
import type { GateLease } from '../../../packages/runtime/src/egress/lease.ts'
import { trust } from '../../../packages/runtime/src/egress/testing/sites.ts'

/** A site and a proxy in processes of their own, and the gate in this one. */
export interface World extends AsyncDisposable {
  readonly origin: string
  readonly gate: Gate
  lease(through?: 'proxy'): Promise<GateLease>
}

export async function openWorld(): Promise<World> {
  const [site, proxy] = [start('site.ts'), start('proxy.ts')]
  const [[{ port, cert }], [{ port: proxyPort }]] = await Promise.all([once(site, 'message'), once(proxy, 'message')])
  trust(cert)
  const gate = await Gate.start({ identity: createGateIdentity() })
  const origin = `https://127.0.0.1:${port}`
  const target = await authorise(origin)
  const upstream = { id: 'bench', protocol: 'http', host: '127.0.0.1', port: proxyPort } as const
  return {
    origin,
    gate,
    lease: async (through) =>
      gate.openLease({
        runId: 'bench',
        target,
        userAgentToken: 'RefBot/0',
        ...(through === undefined ? {} : { proxy: upstream }),
      }),
    async [Symbol.asyncDispose]() {
      await gate[Symbol.asyncDispose]()
      for (const child of [site, proxy]) child.kill('SIGKILL')
    },
  }
}

export function start(file: string): ChildProcess {
  return fork(join(import.meta.dirname, file), {
    execArgv: process.execArgv.filter((arg) => arg.startsWith('--conditions')),
  })
}
