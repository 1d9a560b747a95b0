import type { ProxyMemory, ProxyProtocol, ProxyScorerSnapshot } from '@refbot/proxy-scoring'
import type { ProxyCircuitData } from '../event-types.ts'
import { fromJson, optional, toJson } from '../json.ts'
import { adding, durable, relaxed, type Unit } from '../operation.ts'

/** A proxy as it lies in its row: what is secret about it is sealed. */
export interface SealedProxy {
  readonly id: string
  readonly protocol: ProxyProtocol
  readonly host: string
  readonly port: number
  /** User and password, sealed. */
  readonly login?: string
  readonly label?: string
  readonly region?: string
  readonly tags?: readonly string[]
}

export interface ProxyHealthSave {
  /** Epoch milliseconds. */
  readonly takenAt: number
  readonly proxies: readonly ProxyMemory[]
  /** Changes of circuits that are told with it. */
  readonly circuits?: readonly ProxyCircuitData[]
}

export interface Reseal {
  /** Of the key that sealed them. */
  readonly keyId: string
  readonly proxies: readonly { readonly id: string; readonly login: string }[]
  /** Ids of those that go, since nothing opens them. */
  readonly forgotten: readonly string[]
}

export const proxyOperations = {
  'proxy.list': durable(async ({ db }, _: undefined): Promise<SealedProxy[]> => {
    const rows = await db.selectFrom('proxy').selectAll().orderBy('created_at').orderBy('id').execute()
    return rows.map((row) => ({
      id: row.id,
      protocol: row.protocol as ProxyProtocol,
      host: row.host,
      port: row.port,
      ...optional('login', row.login),
      ...optional('label', row.label),
      ...optional('region', row.region),
      ...optional('tags', fromJson<readonly string[]>(row.tags)),
    }))
  }),

  /** Those that are there already stay as they are. @returns the ids of the others */
  'proxy.add': adding(
    durable(async ({ db, now, emit }, proxies: readonly SealedProxy[]): Promise<string[]> => {
      const added: string[] = []
      for (const { id, protocol, host, port, login = null, label = null, region = null, tags } of proxies) {
        const { numInsertedOrUpdatedRows } = await db
          .insertInto('proxy')
          .values({ id, protocol, host, port, login, label, region, tags: toJson(tags), created_at: now })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .executeTakeFirst()
        if (numInsertedOrUpdatedRows !== 1n) continue
        added.push(id)
        await emit('proxy.added', { proxyId: id })
      }
      return added
    }),
  ),

  'proxy.remove': durable(async ({ db, emit }, id: string): Promise<boolean> => {
    const { numDeletedRows } = await db.deleteFrom('proxy').where('id', '=', id).executeTakeFirst()
    if (numDeletedRows === 0n) return false
    await emit('proxy.removed', { proxyId: id })
    return true
  }),

  /** All that the old key sealed, in one transaction. */
  'proxy.reseal': durable(async ({ db, emit }, { keyId, proxies, forgotten }: Reseal): Promise<void> => {
    for (const { id, login } of proxies) await db.updateTable('proxy').set({ login }).where('id', '=', id).execute()
    for (const id of forgotten) {
      await db.deleteFrom('proxy').where('id', '=', id).execute()
      await emit('proxy.removed', { proxyId: id })
    }
    await emit('store.key_rotated', { keyId, resealed: proxies.length })
  }),

  /** One snapshot for each time at which some of it was taken. */
  'proxyHealth.load': durable(async ({ db }, _: undefined): Promise<ProxyScorerSnapshot[]> => {
    const rows = await db.selectFrom('proxy_health').selectAll().orderBy('taken_at').orderBy('proxy_id').execute()
    const byTime = Map.groupBy(rows, (row) => row.taken_at)
    return Array.from(byTime, ([takenAt, some]) => ({
      version: 1,
      takenAt,
      proxies: some.map(({ memory }) => JSON.parse(memory) as ProxyMemory),
    }))
  }),

  'proxyHealth.save': relaxed(saveHealth),
  /** The same, synced: a circuit that changed its state. */
  'proxyHealth.saveChanges': durable(saveHealth),
}

async function saveHealth(
  { db, now, emit }: Unit,
  { takenAt, proxies, circuits = [] }: ProxyHealthSave,
): Promise<void> {
  for (const memory of proxies) {
    const row = { memory: JSON.stringify(memory), taken_at: takenAt }
    await db
      .insertInto('proxy_health')
      .values({ proxy_id: memory.id, ...row, created_at: now })
      .onConflict((conflict) => conflict.column('proxy_id').doUpdateSet(row))
      .execute()
  }
  for (const circuit of circuits) await emit('proxy.circuit', circuit)
}
