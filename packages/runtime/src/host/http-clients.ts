import type { GateClient } from '../egress/index.ts'

/** What a client may be taken again for: the same target through the same proxy. */
export interface ClientKey {
  readonly origin: string
  readonly leaseId: string | undefined
}

/** Clients that wait for their next request, of one key: as many connections as a browser keeps to a site. */
const MOST_IDLE = 6

/** The clients of one attempt, each of which serves one request at a time and is kept for the next. */
export class HttpClients implements AsyncDisposable {
  readonly #keys = new Map<GateClient, ClientKey>()
  readonly #idle = new Set<GateClient>()

  /** One that is kept for that key, or the one that `open` gives. */
  take(key: ClientKey, open: () => GateClient): GateClient {
    const kept = this.#idleOf(key).at(-1)
    if (kept !== undefined) {
      this.#idle.delete(kept)
      return kept
    }
    const opened = open()
    this.#keys.set(opened, key)
    return opened
  }

  /** Its request is over, and it may serve another one. */
  async giveBack(client: GateClient): Promise<void> {
    const key = this.#keys.get(client)
    if (key === undefined) return
    if (this.#idleOf(key).length < MOST_IDLE) this.#idle.add(client)
    else await this.close(client)
  }

  /** Ends a client, whatever it is at. */
  async close(client: GateClient): Promise<void> {
    this.#keys.delete(client)
    this.#idle.delete(client)
    client.close()
    await client.lease.close()
  }

  /** Ends those that go through a proxy, since its lease has ended. */
  async closeOf(leaseId: string): Promise<void> {
    const through = [...this.#keys].filter(([, key]) => key.leaseId === leaseId)
    await Promise.all(through.map(([client]) => this.close(client)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#keys.keys()].map((client) => this.close(client)))
  }

  #idleOf({ origin, leaseId }: ClientKey): readonly GateClient[] {
    return [...this.#idle].filter((client) => {
      const key = this.#keys.get(client)
      return key?.origin === origin && key.leaseId === leaseId
    })
  }
}
