import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Store } from './index.ts'
import { alertStateStoreContract } from './testing/alert-contract.ts'
import { artifactStoreContract } from './testing/artifact-contract.ts'
import type { EngineUnderTest } from './testing/contracts.ts'
import { eventStoreContract } from './testing/event-contract.ts'
import { originStoreContract } from './testing/origin-contract.ts'
import { pluginStateStoreContract, pluginValueStoreContract } from './testing/plugin-contract.ts'
import { proxyHealthStoreContract, proxyStoreContract } from './testing/proxy-contract.ts'
import { runStoreContract } from './testing/run-contract.ts'
import { auditStoreContract, tokenStoreContract } from './testing/token-contract.ts'

/** A second engine joins here. */
const ENGINES: Readonly<Record<string, () => Promise<EngineUnderTest>>> = {
  async SQLite() {
    const folder = mkdtempSync(join(tmpdir(), 'refbot-store-'))
    const open = () => Store.open({ file: join(folder, 'refbot.db'), now: () => 1_800_000_000_000, reserveBytes: 0 })
    let store = await open()
    return {
      store,
      async reopen() {
        await store.close()
        store = await open()
        return store
      },
      async dispose() {
        await store.close()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  },
}

const api = { describe, it, expect }
for (const [engine, make] of Object.entries(ENGINES)) {
  runStoreContract(api, engine, make)
  artifactStoreContract(api, engine, make)
  pluginStateStoreContract(api, engine, make)
  pluginValueStoreContract(api, engine, make)
  originStoreContract(api, engine, make)
  eventStoreContract(api, engine, make)
  alertStateStoreContract(api, engine, make)
  proxyStoreContract(api, engine, make)
  proxyHealthStoreContract(api, engine, make)
  tokenStoreContract(api, engine, make)
  auditStoreContract(api, engine, make)
}
