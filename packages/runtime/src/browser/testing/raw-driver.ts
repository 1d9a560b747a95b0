import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { WebSocket } from 'ws'
import { isRecord } from '../command.ts'
import { FrameSplitter } from '../frames.ts'

type Json = Record<string, unknown>

/** Commands to a browser without a library between: what a plugin could send of its own making. */
export interface RawDriver extends AsyncDisposable {
  /** Rejects with the message of an error answer. */
  send(method: string, params?: Json, sessionId?: string): Promise<Json>
}

/** Through the relay. */
export async function driveSocket(endpoint: string): Promise<RawDriver> {
  const socket = new WebSocket(endpoint, { maxPayload: 2 ** 30 })
  const driver = new Driver((text) => socket.send(text))
  // A connection that breaks shows in commands that are never answered and in its close.
  socket.on('error', () => {})
  socket.on('message', (data) => driver.receive(String(data)))
  await once(socket, 'open')
  return Object.assign(driver, {
    async [Symbol.asyncDispose]() {
      if (socket.readyState === WebSocket.CLOSED) return
      const closed = once(socket, 'close')
      socket.close()
      await closed
    },
  })
}

/** A browser of its own, with nothing between. */
export async function drivePipe(executable: string, args: readonly string[]): Promise<RawDriver> {
  const child = spawn(executable, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true })
  const driver = new Driver((text) => void (child.stdio[3] as Writable).write(`${text}\0`))
  const frames = new FrameSplitter((frame) => driver.receive(String(frame)))
  const fromBrowser = child.stdio[4] as Readable
  fromBrowser.on('data', (chunk: Buffer) => frames.push(chunk))
  return Object.assign(driver, {
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      await exited
    },
  })
}

class Driver {
  readonly #write: (text: string) => void
  readonly #waiting = new Map<number, PromiseWithResolvers<Json>>()
  #id = 0

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  async send(method: string, params: Json = {}, sessionId?: string): Promise<Json> {
    const id = ++this.#id
    const answer = Promise.withResolvers<Json>()
    this.#waiting.set(id, answer)
    this.#write(JSON.stringify(sessionId === undefined ? { id, method, params } : { id, method, params, sessionId }))
    return await answer.promise
  }

  receive(text: string): void {
    const { id, result, error }: { id?: number; result?: Json; error?: unknown } = JSON.parse(text)
    if (id === undefined) return
    if (isRecord(error)) this.#waiting.get(id)?.reject(new Error(String(error.message)))
    else this.#waiting.get(id)?.resolve(result ?? {})
    this.#waiting.delete(id)
  }
}
