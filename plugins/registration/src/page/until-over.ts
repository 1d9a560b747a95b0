import { StoppedError } from '@refbot/plugin-sdk'
import type { Verdict } from '../outcome/classify.ts'
import { unreached } from '../outcome/unreached.ts'
import type { SignUp } from '../sign-up.ts'

export type Ended<T> = { readonly value: T } | { readonly error: unknown } | { readonly timedOut: true }

/**
 * Runs `work` for `ms` milliseconds at most. A page can hang in ways that no call of it times out, so the time is kept here.
 * @throws StoppedError when the run is stopped meanwhile
 */
export async function untilOver<T>(
  work: () => Promise<T>,
  { ms, signal }: { readonly ms: number; readonly signal: AbortSignal },
): Promise<Ended<T>> {
  if (signal.aborted) throw new StoppedError()
  const { promise, resolve, reject } = Promise.withResolvers<Ended<T>>()
  const timer = setTimeout(() => resolve({ timedOut: true }), Math.max(0, ms))
  const stop = () => reject(new StoppedError())
  signal.addEventListener('abort', stop, { once: true })
  work().then(
    (value) => resolve({ value }),
    (error: unknown) => (isStop(error) ? reject(error) : resolve({ error })),
  )
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

function isStop(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'RUN_STOPPED'
}

/** What a page that broke or ran out of time leaves to say. */
export function brokenPage(
  ended: { readonly error: unknown } | { readonly timedOut: true },
  { submitted, watch }: Pick<SignUp, 'submitted' | 'watch'>,
): Verdict {
  if (watch.left !== undefined)
    return { outcome: 'left_authorised_origin', reason: `The page went to ${watch.left}, whose owner has not agreed.` }
  const late = 'timedOut' in ended || (ended.error instanceof Error && ended.error.name === 'TimeoutError')
  const message = 'error' in ended ? firstLine(ended.error) : ''
  if (submitted) {
    const what = late ? 'the time was over' : `the page broke (${message})`
    return { outcome: 'unknown_fate', reason: `The form was sent, and ${what} before an outcome showed.` }
  }
  if (late) return { outcome: 'timeout', reason: 'The time for one submission was over before the form could be sent.' }
  const net = /net::(ERR_\w+)/.exec(message)?.[1]
  return net !== undefined && net !== 'ERR_ABORTED'
    ? unreached(net)
    : { outcome: 'page_failed', reason: `The page broke: ${message}` }
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n')[0]?.slice(0, 300) ?? text
}
