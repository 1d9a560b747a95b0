/** A run in a process of its own, with its storage in a file: what a test kills. Arguments: address, file, run's id. */
import { writeFileSync } from 'node:fs'
import { launchBrowser } from './browser.ts'
import { startRun } from './run.ts'
import { WatchedStorage } from './watched-storage.ts'

const [url = '', file = '', runId = ''] = process.argv.slice(2)

await using browser = await launchBrowser()
const storage = new WatchedStorage((_key, _value, all) => writeFileSync(file, JSON.stringify([...all])))
const config = { url, batchSize: 2, concurrency: 1 }
const { batch } = await startRun(browser, { run: { id: runId }, storage, config })
await batch
