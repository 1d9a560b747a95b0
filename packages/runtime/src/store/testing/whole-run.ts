import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Store } from '../index.ts'
import { end, id, run } from './contracts.ts'
import type { TestFolder } from './folder.ts'
import { alertSnapshot, proxyMemory, transition } from './operator-samples.ts'

export const now = Date.UTC(2026, 6, 1)

/** One run with a log and an artifact. */
export async function whole(folder: TestFolder, store: Store, number: number): Promise<void> {
  await store.executions.claim(run(number))
  put(folder, `artifacts/${id(number)}/größe 1.png`, `image ${number}`)
  await store.artifacts.add({ runId: id(number), name: 'größe 1.png', contentType: 'image/png', bytes: 7 })
  put(folder, `logs/${id(number)}.ndjson`, `{"n":${number}}\n`)
  await end(store, number, 'success', 5)
  await store.tokens.add({ id: id(number), name: 'ci', rights: 'read', hash: id(number) })
  await store.proxies.add([{ id: id(number), protocol: 'http', host: 'a', port: 1, login: 'sealed' }])
  await store.alertState.save({ snapshot: alertSnapshot(), transitions: [transition('pending', 'firing')] })
  const circuit = { proxyId: id(number), from: 'closed', to: 'open', input: 'tripped', retryAt: null } as const
  await store.proxyHealth.save({ takenAt: number, proxies: [proxyMemory(id(number))], circuits: [circuit] })
}

/** Events of one run with what is stored beside it. */
export const EVENTS = 7

export function put(folder: TestFolder, path: string, text: string): void {
  const file = join(folder.path, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

export const read = (folder: TestFolder, path: string) => readFileSync(join(folder.path, path), 'utf8')
export const tree = (path: string): string[] =>
  existsSync(path) ? readdirSync(path, { recursive: true }).map(String).sort() : []
