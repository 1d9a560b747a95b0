import { DatabaseSync } from 'node:sqlite'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'

/** The least that durable claims cost in a thread: each batch of messages that wait is one FULL commit. */
const db = new DatabaseSync(workerData as string)
db.exec(`
  PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  CREATE TABLE claim (id TEXT PRIMARY KEY, job TEXT NOT NULL, at INTEGER NOT NULL, status TEXT NOT NULL, UNIQUE (job, at));
`)
const insert = db.prepare('INSERT INTO claim VALUES (?, ?, ?, ?)')
const port = parentPort
if (port === null) throw new Error('This file runs in a worker.')
port.on('message', (first: { id: number }) => {
  const batch = [first]
  for (
    let more = receiveMessageOnPort(port);
    more !== undefined && batch.length < 100;
    more = receiveMessageOnPort(port)
  ) {
    batch.push(more.message as { id: number })
  }
  db.exec('BEGIN IMMEDIATE')
  for (const { id } of batch) insert.run(String(id), 'job', id, 'running')
  db.exec('COMMIT')
  port.postMessage(batch.map(({ id }) => id))
})
port.postMessage([])
