import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RefbotEvent } from '../event-types.ts'
import { Store, type StoreOptions } from '../store.ts'

/** A data directory that goes with its test. */
export class TestFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'refbot-störe -'))
  readonly events: RefbotEvent[] = []
  now = Date.UTC(2026, 5, 1)

  /** Its time, as a clock. */
  readonly clock = { now: () => this.now }

  get database(): string {
    return join(this.path, 'refbot.db')
  }

  open(options: Partial<StoreOptions> = {}): Promise<Store> {
    return Store.open({
      file: this.database,
      now: () => this.now,
      onEvents: (batch) => this.events.push(...batch),
      reserveBytes: 0,
      ...options,
    })
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
