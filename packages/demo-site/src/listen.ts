import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DemoError } from './errors.ts'

export const loopback = '127.0.0.1'

/**
 * Binds a server to 127.0.0.1; returns the port, which is a free one for 0.
 * @throws DemoError `DEMO_PORT_BUSY`
 */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const what = cause.code === 'EADDRINUSE' ? 'is taken' : `cannot be used: ${cause.message}`
      reject(
        new DemoError('DEMO_PORT_BUSY', `Port ${port} on ${loopback} ${what}.`, {
          hint: 'Use --port 0 for a free port, or end what listens there.',
          cause,
        }),
      )
    })
    server.listen({ port, host: loopback }, () => {
      resolve((server.address() as AddressInfo).port)
    })
  })
}

/** Stops listening and drops every connection. */
export async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  await closed
}

/** A server of ours that listens. */
export interface Listening extends AsyncDisposable {
  readonly port: number
  readonly url: string
}
