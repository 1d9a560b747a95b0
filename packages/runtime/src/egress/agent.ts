import { Agent } from 'node:http'
import type { Socket } from 'node:net'
import { type Abort, dial, type Route } from './dial.ts'
import { ConnectFault } from './fault.ts'

type Callback = (fault: ConnectFault | null, socket?: Socket) => void

/** A dial made ahead of the first request: under way, done, or already waited for. */
interface Early {
  result?: Parameters<Callback>
  waiting?: Callback
}

/**
 * The upstream side of one inner connection: at most one socket to one origin, kept alive as long as the inner
 * connection. With a pool shared between inner connections a site that drops an idle socket fails a request that the
 * browser does not know to repeat; paired one to one, the browser sees what it would see without the gate.
 */
export class UpstreamAgent extends Agent {
  readonly #route: Route
  readonly #now: () => number
  #abort: Abort | undefined
  #early: Early | undefined
  #closed = false
  #connectMs = 0

  constructor(route: Route, now: () => number) {
    super({ keepAlive: true, maxSockets: 1, maxFreeSockets: 1 })
    this.#route = route
    this.#now = now
  }

  /** What the latest connection took to come about, in ms. */
  get connectMs(): number {
    return this.#connectMs
  }

  /** Dials ahead of the first request, while the browser is still at its handshake. */
  prime(): void {
    if (this.#closed || this.#early !== undefined) return
    const early: Early = {}
    this.#early = early
    this.#dial((fault, socket) => {
      if (early.waiting !== undefined) early.waiting(fault, socket)
      else {
        early.result = [fault, socket]
        socket?.once('close', () => {
          if (this.#early === early) this.#early = undefined
        })
        socket?.on('error', ignore)
      }
    })
  }

  override createConnection(_options: object, callback?: (error: Error | null, socket: Socket) => void): undefined {
    const done = callback as Callback
    if (this.#closed) return void done(new ConnectFault('TARGET_RESET'))
    const early = this.#early
    if (early === undefined) return this.#dial(done)
    if (early.result === undefined) early.waiting = done
    else {
      early.result[1]?.removeListener('error', ignore)
      done(...early.result)
    }
    this.#early = undefined
  }

  override destroy(): void {
    this.#closed = true
    this.#abort?.()
    this.#early?.result?.[1]?.destroy()
    super.destroy()
  }

  #dial(done: Callback): undefined {
    const begun = this.#now()
    this.#abort = dial(this.#route, (fault, socket) => {
      this.#abort = undefined
      this.#connectMs = this.#now() - begun
      if (this.#closed) socket?.destroy()
      done(fault, socket)
    })
  }
}

function ignore(): void {}
