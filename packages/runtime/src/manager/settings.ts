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
