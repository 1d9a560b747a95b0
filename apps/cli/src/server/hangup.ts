/** What a signal can be heard from. */
export interface Hangable {
  on(signal: 'SIGHUP', listener: () => void): unknown
  off(signal: 'SIGHUP', listener: () => void): unknown
}

/** Calls `reload` at each SIGHUP. What it rejects with was told by itself. */
export function onHangup(process: Hangable, reload: () => Promise<unknown>): Disposable {
  const listener = (): void => {
    reload().catch(() => undefined)
  }
  process.on('SIGHUP', listener)
  return { [Symbol.dispose]: () => process.off('SIGHUP', listener) }
}
