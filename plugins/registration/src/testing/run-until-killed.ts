/** A run in a process of its own, with its storage in a file: what a test kills. Arguments: address, file, run's id. */
import { writeFileSync } from 'node:fs'
import type { JsonValue } from '@refbot/plugin-sdk'
import plugin from '../index.ts'
import { launchBrowser } from './browser.ts'
import { memoryContext } from './memory-context.ts'

const [url = '', file = '', runId = ''] = process.argv.slice(2)

class FileMap extends Map<string, JsonValue> {
  override set(key: string, value: JsonValue): this {
    super.set(key, value)
    writeFileSync(file, JSON.stringify([...this]))
    return this
  }
}

await using browser = await launchBrowser()
const storage = new FileMap()
const memory = await memoryContext({ browser, runId, storage, config: { url, batchSize: 2, concurrency: 1 } })
await plugin.execute(memory.context)
