import { createServer } from 'node:net'
import { INSTANCE_VARIABLE, markedProcesses, sweepProcesses } from '../host/index.ts'
import { holderOf } from '../store/index.ts'
import { broken, type Finding, ok, textOf, warning } from './finding.ts'

/** Who works on the data directory, and what an earlier life of it left behind. */
export function checkProcesses(dataDir: string, fix: boolean): Finding[] {
  const holder = holderOf(dataDir)
  if (holder !== undefined) return [ok('lock', `process ${holder} works on the data directory`)]
  const free = ok('lock', 'nobody works on the data directory')
  const orphans = markedProcesses(INSTANCE_VARIABLE, dataDir)
  if (orphans.length === 0) return [free, ok('orphans', 'no process is left of an earlier life')]
  const names = orphans.join(', ')
  if (!fix) {
    const next = 'The next start ends them, and so does refbot doctor --fix.'
    return [free, warning('orphans', `left of an earlier life: ${names}`, next)]
  }
  sweepProcesses(INSTANCE_VARIABLE, dataDir)
  return [free, { ...ok('orphans', `ended: ${names}`), fixed: true }]
}

/** Whether the API could listen; a server that works on the data directory may have the port already. */
export async function checkPort(dataDir: string, { host, port }: { host: string; port: number }): Promise<Finding> {
  const name = `${host} port ${port}`
  const server = createServer()
  try {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    server.once('error', reject).listen({ host, port }, resolve)
    await promise
    return ok('port', `${name} is free`)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EADDRINUSE')
      return broken('port', `${name}: ${textOf(error)}`, 'Choose another api.host or api.port.')
    const holder = holderOf(dataDir)
    if (holder !== undefined)
      return ok('port', `${name} is in use, while process ${holder} works on the data directory`)
    return broken('port', `${name} is taken by another program`, 'End that program, or choose another api.port.')
  } finally {
    server.close()
  }
}
