import { Server } from 'proxy-chain'
import type { TestServer } from './servers.ts'
import { LOOPBACK_CERT, LOOPBACK_KEY } from './servers.ts'

/** proxy-chain as an HTTP proxy, with a login when one is given. */
export async function httpProxy(
  options: { username?: string; password?: string; tls?: boolean } = {},
): Promise<TestServer> {
  const common = {
    port: 0,
    host: '127.0.0.1',
    prepareRequestFunction: ({ username, password }: { username: string; password: string }) => ({
      requestAuthentication:
        options.username !== undefined && (username !== options.username || password !== (options.password ?? '')),
    }),
  }
  const server = options.tls
    ? new Server({ ...common, serverType: 'https', httpsOptions: { cert: LOOPBACK_CERT, key: LOOPBACK_KEY } })
    : new Server(common)
  let connections = 0
  server.server.on('connection', () => {
    connections += 1
  })
  await server.listen()
  return {
    port: server.port,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      await server.close(true)
    },
  }
}
