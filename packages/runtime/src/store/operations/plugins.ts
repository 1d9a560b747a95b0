import { isDeepStrictEqual } from 'node:util'
import type { DesiredState, JsonValue } from '@refbot/plugin-sdk'
import { adding, durable, type Unit } from '../operation.ts'

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

  'pluginValue.get': durable(({ db }, args: ValueKey) => readValue(db, args)),

  'pluginValue.set': adding(
    durable((unit, args: ValueKey & { readonly value: JsonValue }): Promise<void> => writeValue(unit, args)),
  ),

  'pluginValue.compareAndSet': adding(
    durable(async (unit, args: CompareAndSet): Promise<boolean> => {
      if (!isDeepStrictEqual(await readValue(unit.db, args), args.expected)) return false
      await writeValue(unit, args)
      return true
    }),
  ),

  'pluginValue.delete': durable(async ({ db }, args: ValueKey): Promise<void> => {
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

export interface ValueKey {
  readonly plugin: string
  readonly key: string
}

async function readValue(db: Unit['db'], { plugin, key }: ValueKey): Promise<JsonValue | undefined> {
  const row = await db
    .selectFrom('plugin_value')
    .select('value')
    .where('plugin', '=', plugin)
    .where('key', '=', key)
    .executeTakeFirst()
  return row === undefined ? undefined : (JSON.parse(row.value) as JsonValue)
}

async function writeValue(
  { db, now }: Unit,
  { plugin, key, value }: ValueKey & { readonly value: JsonValue },
): Promise<void> {
  const written = { value: JSON.stringify(value), updated_at: now }
  await db
    .insertInto('plugin_value')
    .values({ plugin, key, ...written, created_at: now })
    .onConflict((conflict) => conflict.columns(['plugin', 'key']).doUpdateSet(written))
    .execute()
}
