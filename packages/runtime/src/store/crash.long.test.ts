import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { id } from './testing/contracts.ts'
import { TestFolder } from './testing/folder.ts'

const KILLS = 100

/** Claims one run after another in another process, and prints each number once it was acknowledged. */
function writer(file: string, from: number) {
  const script = `
    const { Store } = await import(${JSON.stringify(import.meta.resolve('./index.ts'))})
    const { run, end } = await import(${JSON.stringify(import.meta.resolve('./testing/contracts.ts'))})
    const store = await Store.open({ file: ${JSON.stringify(file)}, now: Date.now, reserveBytes: 0 })
    for (let i = ${from}; ; i += 1) {
      if (await store.executions.claim(run(i))) process.stdout.write(i + '\\n')
      await end(store, i, 'success', 5)
    }
  `
  return spawn(process.execPath, ['--conditions=@refbot/source', '--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

it(`keeps every acknowledged claim over ${KILLS} kills, and events without a gap`, async () => {
  using folder = new TestFolder()
  let next = 1
  const acknowledged: number[] = []
  for (let kill = 0; kill < KILLS; kill += 1) {
    const child = writer(folder.database, next)
    const exit = once(child, 'exit')
    // After another number of claims each time, at whatever point of the next one.
    let left = 1 + ((kill * 7) % 40)
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged.push(Number(line))
      left -= 1
      if (left === 0) child.kill('SIGKILL')
    }
    await exit
    next = (acknowledged.at(-1) ?? 0) + 10
    await using store = await folder.open()
    const stored = new Set((await store.executions.list({ limit: 100_000 })).map((each) => each.id))
    expect(acknowledged.filter((number) => !stored.has(id(number)))).toEqual([])
  }
  using db = new DatabaseSync(folder.database, { readOnly: true })
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  expect(db.prepare('SELECT max(id) - count(*) AS gaps FROM event').get()).toEqual({ gaps: 0 })
  const claims = db.prepare("SELECT count(*) AS n FROM event WHERE type = 'run.claimed'").get()
  expect(claims).toEqual(db.prepare('SELECT count(*) AS n FROM run').get())
})
