import { type ApiServer, type ApiServerOptions, startApi } from '@refbot/api'
import type { Refbot } from '@refbot/runtime'
import { writeApiFile } from './api-file.ts'

/** Serves the API, and tells the CLI on this machine where. */
export async function openApi(refbot: Refbot, options: ApiServerOptions = {}): Promise<ApiServer> {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startApi(refbot, options))
  stack.use(writeApiFile(refbot.config.dataDir, { url: server.url, pid: process.pid }))
  const owned = stack.move()
  return { url: server.url, port: server.port, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
