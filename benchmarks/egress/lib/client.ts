/** What a browser would do at the gate, in a process of its own: one task at a time, told by IPC. */
import { request } from 'node:http'
import type { Socket } from 'node:net'
import { type GateDoor, openTunnel } from '../../../packages/runtime/src/egress/tunnel.ts'

export interface Task {
  readonly door: GateDoor
  readonly server: string
  readonly origin: string
  readonly connections: number
  /** Of each connection, one after the other. */
  readonly requests: number
  readonly path: string
}

let open: Socket[] = []

process.on('message', async (task: Task | 'close') => {
  if (task === 'close') {
    for (const socket of open) socket.destroy()
    open = []
    process.send?.({ bytes: 0 })
    return
  }
  const { door, server, origin, connections, requests, path } = task
  while (open.length < connections) open.push(await openTunnel(door, server, origin))
  let bytes = 0
  await Promise.all(
    open.map(async (socket) => {
      for (let i = 0; i < requests; i += 1) bytes += await get(socket, origin, path)
    }),
  )
  process.send?.({ bytes })
})
process.once('disconnect', () => process.exit(0))

async function get(socket: Socket, origin: string, path: string): Promise<number> {
  const headers = { host: new URL(origin).host, connection: 'keep-alive' }
  return await new Promise((resolve, reject) => {
    const sent = request({ path, headers, createConnection: () => socket })
    sent.once('error', reject)
    sent.once('response', (response) => {
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
      })
      response.once('error', reject)
      response.once('end', () => resolve(bytes))
    })
    sent.end()
  })
}
