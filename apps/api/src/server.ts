import { createServer, type Server } from 'node:http'
import { type AddressInfo, isIPv6 } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { type Refbot, RefbotError } from '@refbot/runtime'
import { type ApiOptions, createApi } from './api.ts'

export interface ApiServerOptions extends Omit<ApiOptions, 'signal' | 'host'> {
  /** Default: what the configuration says. */
  readonly host?: string
  /** 0 takes a free one. Default: what the configuration says. */
  readonly port?: number
}

/** A listening API. Disposing it ends event streams at once and lets other requests finish. */
export interface ApiServer extends AsyncDisposable {
  /** `http://127.0.0.1:8000`, without a slash at the end. */
  readonly url: string
  readonly port: number
}

/** How long requests may take to finish when the server is disposed of, in ms. */
const CLOSE_GRACE_MS = 3_000

/**
 * Serves the API of a RefBot.
 * @throws RefbotError `API_PORT_BUSY`, `API_HOST_INVALID`
 */
export async function startApi(refbot: Refbot, options: ApiServerOptions = {}): Promise<ApiServer> {
  const { host = refbot.config.api.host, port = refbot.config.api.port, ...rest } = options
  const closing = new AbortController()
  const app = createApi(refbot, { ...rest, host, signal: closing.signal })
  // The process's own Request and Response stay what they are: this runs inside other people's programs too.
  const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false, hostname: host }))
  // A connection that was busy when closing began must not be kept open once it is idle.
  server.on('request', (_, response) => {
    response.once('close', () => {
      if (closing.signal.aborted) setImmediate(() => server.closeIdleConnections())
    })
  })
  await listen(server, host, port)
  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://${isIPv6(host) ? `[${host}]` : host}:${bound}`,
    port: bound,
    async [Symbol.asyncDispose]() {
      closing.abort()
      await close(server)
    },
  }
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen({ host, port }, resolve)
  try {
    await promise
  } catch (error) {
    throw listenError(error, host, port)
  } finally {
    server.off('error', reject)
  }
}

function listenError(error: unknown, host: string, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') {
    return new RefbotError('API_PORT_BUSY', `Port ${port} of ${host} is taken by another program.`, {
      hint: 'End that program, or choose another port (0 takes a free one).',
      cause: error,
    })
  }
  if (code === 'EACCES') {
    return new RefbotError('API_PORT_FORBIDDEN', `This user may not listen on port ${port}.`, {
      hint: 'Choose a port of 1024 or above.',
      cause: error,
    })
  }
  return new RefbotError('API_HOST_INVALID', `This machine cannot listen on ${JSON.stringify(host)}.`, {
    hint: 'Name an address of this machine, such as 127.0.0.1.',
    cause: error,
  })
}

async function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS)
  await promise
  clearTimeout(timer)
}
