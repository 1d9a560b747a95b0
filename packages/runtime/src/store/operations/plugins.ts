import { isDeepStrictEqual } from 'node:util'
import type { DesiredState, JsonValue } from '@refbot/plugin-sdk'
import { adding, durable } from '../operation.ts'

export interface CompareAndSet {
  readonly plugin: string
  readonly key: string
  /** Undefined: there is no value yet. */
  readonly expected: JsonValue | undefined
  readonly value: JsonValue
}

export interface StoredValue {
  readonly key: string
  readonly value: JsonValue
}

export const pluginOperations = {
  'plugin.desired': durable(async ({ db }, _: undefined): Promise<Record<string, DesiredState>> => {
    const rows = await db.selectFrom('plugin').select(['id', 'desired']).execute()
    return Object.fromEntries(rows.map((row) => [row.id, row.desired as DesiredState]))
  }),

  'plugin.setDesired': durable(
    async ({ db, now, emit }, args: { plugin: string; desired: DesiredState }): Promise<void> => {
      const row = { desired: args.desired, updated_at: now }
      await db
        .insertInto('plugin')
        .values({ id: args.plugin, ...row, created_at: now })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute()
      await emit('plugin.desired', args)
    },
  ),

  'pluginValue.get': durable(async ({ db }, args: { plugin: string; key: string }): Promise<JsonValue | undefined> => {
    const row = await db
      .selectFrom('plugin_value')
      .select('value')
      .where('plugin', '=', args.plugin)
      .where('key', '=', args.key)
      .executeTakeFirst()
    return row === undefined ? undefined : (JSON.parse(row.value) as JsonValue)
  }),

  'pluginValue.set': adding(
    durable(async ({ db, now }, args: { plugin: string; key: string; value: JsonValue }): Promise<void> => {
      const row = { value: JSON.stringify(args.value), updated_at: now }
      await db
        .insertInto('plugin_value')
        .values({ plugin: args.plugin, key: args.key, ...row, created_at: now })
        .onConflict((conflict) => conflict.columns(['plugin', 'key']).doUpdateSet(row))
        .execute()
    }),
  ),

  'pluginValue.compareAndSet': adding(
    durable(async ({ db, now }, args: CompareAndSet): Promise<boolean> => {
      const row = await db
        .selectFrom('plugin_value')
        .select('value')
        .where('plugin', '=', args.plugin)
        .where('key', '=', args.key)
        .executeTakeFirst()
      const current = row === undefined ? undefined : (JSON.parse(row.value) as JsonValue)
      if (!isDeepStrictEqual(current, args.expected)) return false
      const written = { value: JSON.stringify(args.value), updated_at: now }
      await db
        .insertInto('plugin_value')
        .values({ plugin: args.plugin, key: args.key, ...written, created_at: now })
        .onConflict((conflict) => conflict.columns(['plugin', 'key']).doUpdateSet(written))
        .execute()
      return true
    }),
  ),

  'pluginValue.delete': durable(async ({ db }, args: { plugin: string; key: string }): Promise<void> => {
    await db.deleteFrom('plugin_value').where('plugin', '=', args.plugin).where('key', '=', args.key).execute()
  }),

  'pluginValue.list': durable(async ({ db }, args: { plugin: string; prefix: string }): Promise<StoredValue[]> => {
    const rows = await db
      .selectFrom('plugin_value')
      .select(['key', 'value'])
      .where('plugin', '=', args.plugin)
      .where('key', '>=', args.prefix)
      .where('key', '<', `${args.prefix}\u{10ffff}`)
      .orderBy('key')
      .execute()
    return rows.map((row) => ({ key: row.key, value: JSON.parse(row.value) as JsonValue }))
  }),
}
