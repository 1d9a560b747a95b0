import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { entry } from '../entry.ts'
import type { ThreadMessage, ThreadStart, ThreadTask } from './protocol.ts'

/**
 * Threads that have loaded the store's code and hold nothing: loading costs about half a second from source, so the
 * next session takes one of these. They keep no process alive.
 */
const idle: Worker[] = []
/** One that writes, one for long reads. */
const MAX_IDLE = 2

/** One task in a thread of its own, and the port to talk to it. */
export class ThreadSession<Message extends { readonly type: string }> {
  readonly port: MessagePort
  /** Resolves when the thread has let go of everything; with the error that ended it early, if one did. */
  readonly ended: Promise<Error | undefined>

  constructor(task: ThreadTask, onMessage: (message: Message) => void) {
    const worker = idle.pop() ?? launch()
    const { port1, port2 } = new MessageChannel()
    this.port = port1
    this.ended = new Promise((resolve) => {
      let failure: Error | undefined
      const failed = (error: unknown): void => {
        failure = error instanceof Error ? error : new Error(String(error))
      }
      const exited = (): void => {
        port1.close()
        resolve(failure ?? new Error('Its thread ended early.'))
      }
      worker.once('error', failed)
      worker.once('exit', exited)
      port1.on('message', (message: Message | ThreadMessage) => {
        if (message.type !== 'ended') return onMessage(message as Message)
        worker.off('error', failed)
        worker.off('exit', exited)
        port1.close()
        release(worker)
        resolve(undefined)
      })
    })
    worker.postMessage({ task, port: port2 } satisfies ThreadStart, [port2])
  }

  post(message: unknown): void {
    this.port.postMessage(message)
  }
}

function launch(): Worker {
  const { url, execArgv } = entry('#store-worker')
  const worker = new Worker(url, { execArgv: [...execArgv] })
  worker.unref()
  const gone = (): void => {
    const index = idle.indexOf(worker)
    if (index !== -1) idle.splice(index, 1)
  }
  worker.once('error', gone)
  worker.once('exit', gone)
  return worker
}

function release(worker: Worker): void {
  if (idle.length < MAX_IDLE) idle.push(worker)
  else void worker.terminate()
}

/** Runs a task that answers once. @throws whatever `fail` makes of the error that it answers with. */
export async function runInThread<Result>(
  task: ThreadTask,
  fail: (error: { code: string; message: string; hint?: string }) => Error,
): Promise<Result> {
  type Answer =
    | { readonly type: 'done'; readonly value: Result }
    | { readonly type: 'failed'; readonly error: { code: string; message: string; hint?: string } }
  let answer: Answer | undefined
  const session = new ThreadSession<Answer>(task, (message) => {
    answer = message
  })
  const crash = await session.ended
  if (answer?.type === 'done') return answer.value
  throw answer === undefined ? (crash ?? new Error('The thread gave no answer.')) : fail(answer.error)
}
