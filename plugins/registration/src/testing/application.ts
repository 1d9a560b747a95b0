import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'

export interface ApplicationOptions {
  readonly cwd: string
  readonly env?: NodeJS.ProcessEnv
  /** A line of its output that says that it is ready. */
  readonly ready: RegExp
}

/** An application of others in a process of its own, once it is ready. It ends when disposed, its own processes too. */
export async function startApplication(
  command: string,
  args: readonly string[],
  { cwd, env, ready }: ApplicationOptions,
): Promise<AsyncDisposable> {
  const child = spawn(command, args, {
    ...{ cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    env: { ...process.env, ...env },
  })
  const ended = once(child, 'exit')
  const application = {
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      await ended
    },
  }
  const said: string[] = []
  const isReady = new Promise<void>((resolve, reject) => {
    for (const input of [child.stdout, child.stderr])
      createInterface({ input }).on('line', (line) => {
        if (said.length < 50) said.push(line)
        if (ready.test(line)) resolve()
      })
    ended.then(() => reject(new Error(`${command} ended before it was ready:\n${said.join('\n')}`)), reject)
  })
  try {
    await isReady
    return application
  } catch (error) {
    await application[Symbol.asyncDispose]().catch(() => undefined)
    throw error
  }
}

/** For applications that must be told their port. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
