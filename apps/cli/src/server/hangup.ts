/** What a signal can be heard from. */
export interface Hangable {
  on(signal: 'SIGHUP', listener: () => void): unknown
  off(signal: 'SIGHUP', listener: () => void): unknown
}

/** Calls `reload` at each SIGHUP, one after the other: a second one waits for the first. `reload` must not reject. */
export function onHangup(process: Hangable, reload: () => Promise<void>): Disposable {
  let last = Promise.resolve()
  const listener = (): void => {
    last = last.then(reload)
  }
  process.on('SIGHUP', listener)
  return { [Symbol.dispose]: () => process.off('SIGHUP', listener) }
}
