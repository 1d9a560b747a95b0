import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { executionStoreContract } from '../testing.ts'
import { SqliteStore } from './sqlite-store.ts'

executionStoreContract({ describe, it, expect }, 'a store that outlives its process', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'refbot-scheduler-'))
  let store = new SqliteStore(join(folder, 'jobs.db'))
  return {
    store,
    reopen: async () => {
      store.close()
      store = new SqliteStore(join(folder, 'jobs.db'))
      return store
    },
    dispose: async () => {
      store.close()
      rmSync(folder, { recursive: true })
    },
  }
})
