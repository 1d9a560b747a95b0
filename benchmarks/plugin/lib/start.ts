import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PluginProcess } from '../../../packages/runtime/src/host/process.ts'
import { type HostApi, PROTOCOL_VERSION } from '../../../packages/runtime/src/host/protocol.ts'

const CODE = { url: pathToFileURL(join(import.meta.dirname, 'plugin.js')).href, exportName: 'plugin' }
const REQUEST = { protocol: PROTOCOL_VERSION, code: CODE, config: {} }

/** A plugin's process of the host that has said what it is. */
export async function pluginProcess(api: Partial<HostApi> = {}): Promise<PluginProcess> {
  const child = new PluginProcess({
    marks: {},
    code: CODE,
    directory: import.meta.dirname,
    permissions: new Set(),
    api: api as HostApi,
    onOutput: (line) => process.stderr.write(`${line}\n`),
  })
  await child.rpc.describe(REQUEST)
  return child
}

/** A fork that has loaded zod and birpc. */
export async function bareFork() {
  const child = fork(join(import.meta.dirname, 'fork.js'), [], { execArgv: [], cwd: tmpdir() })
  await once(child, 'message')
  return {
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

/** What no other process shares, in megabytes. */
export function privateMegabytes(pid: number): number {
  const parts = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8').matchAll(/^Private_\w+:\s+(\d+) kB/gm)
  return [...parts].reduce((sum, [, kB]) => sum + Number(kB), 0) / 1024
}
