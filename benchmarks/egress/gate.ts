import { once } from 'node:events'
import { type BenchLine, line } from '../lib/line.ts'
import type { Task } from './lib/client.ts'
import { openWorld, start, type World } from './lib/world.ts'

const REQUESTS = 3000
const CONNECTIONS = 100
const MB = 1024 * 1024

/** What do requests, connections and a large body cost the gate? It is alone in this process: site and client have their own. */
export async function bench(): Promise<BenchLine[]> {
  await using world = await openWorld()
  const client = await openClient(world)
  await client.run({ connections: 1, requests: 500, path: '/0.js' })
  const cpu = process.cpuUsage()
  await client.run({ connections: 1, requests: REQUESTS, path: '/0.js' })
  const { user, system } = process.cpuUsage(cpu)

  const held = await watched(() => client.run({ connections: CONNECTIONS, requests: 1, path: '/0.js' }))
  const large = async (): Promise<void> => {
    const bytes = await client.run({ connections: 1, requests: 1, path: '/large' })
    if (bytes < 200 * MB) throw new Error(`Only ${bytes} bytes came.`)
  }
  // The first one shows how large the heap of a busy process is, the second one whether it grows with what passes.
  await client.closeConnections()
  await large()
  const carried = await watched(large)
  await client.close()
  return [
    line({
      bench: 'egress/cpu',
      metric: 'of a warm request',
      unit: 'ms',
      ours: (user + system) / 1000 / REQUESTS,
      goal: { on: 'ours', op: '<=', value: 1 },
    }),
    line({
      bench: 'egress/memory',
      metric: `${CONNECTIONS} connections, parallel`,
      unit: 'MB',
      ours: held,
      goal: { on: 'ours', op: '<=', value: 25 },
    }),
    line({
      bench: 'egress/memory',
      metric: 'growth while 200 MB more pass',
      unit: 'MB',
      ours: carried,
      goal: { on: 'ours', op: '<=', value: 10 },
    }),
  ]
}

/** By how much this process was larger, at the most, than before; in MB. */
async function watched(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss()
  let most = before
  const look = (): void => {
    most = Math.max(most, process.memoryUsage.rss())
  }
  const timer = setInterval(look, 5)
  await work()
  look()
  clearInterval(timer)
  return (most - before) / MB
}

interface Client {
  run(task: Pick<Task, 'connections' | 'requests' | 'path'>): Promise<number>
  closeConnections(): Promise<unknown>
  close(): Promise<void>
}

async function openClient(world: World): Promise<Client> {
  const lease = await world.lease()
  const child = start('client.ts')
  const told = async (message: object | 'close'): Promise<number> => {
    const answer = once(child, 'message')
    child.send(message)
    const [{ bytes }] = await answer
    return bytes
  }
  return {
    run: (task) => told({ ...task, door: world.gate.door, server: lease.server, origin: world.origin }),
    closeConnections: () => told('close'),
    async close() {
      child.kill('SIGKILL')
      await lease.close()
    },
  }
}
