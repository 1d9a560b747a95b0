import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { JsonValue } from '@refbot/plugin-sdk'
import type { Settings } from '../runs/index.ts'
import { readJson } from './manifest.ts'

/**
 * Replaces the settings in a manifest, and nothing else in it: whoever reads it meanwhile sees all of the old or all of
 * the new, also after a power cut. A package's first settings are written with `enabled: false`.
 */
export async function writeSettings(file: string, settings: Settings): Promise<void> {
  const written = existsSync(file) ? (readJson(file) as Record<string, JsonValue>) : { enabled: false }
  await mkdir(dirname(file), { recursive: true })
  const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`
  try {
    const handle = await open(temporary, 'wx', 0o600)
    try {
      await handle.writeFile(`${JSON.stringify({ ...written, settings }, null, 2)}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Without the values that must not be shown. */
export function withoutHidden(settings: Settings, hidden: Iterable<string>): Settings {
  const shown = structuredClone(settings) as Record<string, JsonValue>
  for (const path of hidden) {
    const keys = path.split('.')
    const last = keys.pop() ?? ''
    delete folderOf(shown, keys, false)?.[last]
  }
  return shown
}

/** With the values that must not be shown put back where they were left out. */
export function withHidden(shown: Settings, written: Settings, hidden: Iterable<string>): Settings {
  const settings = structuredClone(shown) as Record<string, JsonValue>
  for (const path of hidden) {
    const keys = path.split('.')
    const last = keys.pop() ?? ''
    const kept = folderOf(written as Record<string, JsonValue>, keys, false)?.[last]
    const folder = kept === undefined ? undefined : folderOf(settings, keys, true)
    if (folder !== undefined && kept !== undefined) folder[last] ??= kept
  }
  return settings
}

function folderOf(
  root: Record<string, JsonValue>,
  keys: readonly string[],
  make: boolean,
): Record<string, JsonValue> | undefined {
  let at = root
  for (const key of keys) {
    if (at[key] === undefined && make) at[key] = {}
    const next = at[key]
    if (typeof next !== 'object' || next === null) return undefined
    at = next as Record<string, JsonValue>
  }
  return at
}
