import { type MessagePort, parentPort } from 'node:worker_threads'
import { createBackup } from './backup/create.ts'
import { checkDatabase } from './check.ts'
import { serveCheckpoints } from './checkpointer.ts'
import { describe } from './faults.ts'
import type { ThreadMessage, ThreadStart, ThreadTask } from './protocol.ts'
import { serve } from './serve.ts'

/** One task after another; between two of them the thread holds no file. */
parentPort?.on('message', async ({ task, port }: ThreadStart) => {
  try {
    await run(task, port)
  } catch (error) {
    port.postMessage({ type: 'failed', error: describe(error) })
  }
  port.postMessage({ type: 'ended' } satisfies ThreadMessage)
  port.close()
})

async function run(task: ThreadTask, port: MessagePort): Promise<void> {
  switch (task.kind) {
    case 'connection':
      return serve(port, task)
    case 'checkpoint':
      return serveCheckpoints(port, task)
    case 'backup':
      return port.postMessage({ type: 'done', value: await createBackup(task) })
    case 'check':
      return port.postMessage({ type: 'done', value: await checkDatabase(task) })
  }
}
