/** What a signal can be heard from. */
export interface Hangable {
  on(signal: 'SIGHUP', listener: () => void): unknown
  off(signal: 'SIGHUP', listener: () => void): unknown
}

export interface Hangup extends Disposable {
  /** Calls `reload` at each SIGHUP, and at once where one came before. What it rejects with was told by itself. */
  follow(reload: () => Promise<unknown>): void
}

/** Listens for SIGHUP, which ends a process that does not: so from before there is anything to reload. */
export function onHangup(process: Hangable): Hangup {
  let came = false
  let heard = (): void => {
    came = true
  }
  const listener = (): void => heard()
  process.on('SIGHUP', listener)
  return {
    follow(reload) {
      heard = () => void reload().catch(() => undefined)
      if (came) heard()
    },
    [Symbol.dispose]: () => process.off('SIGHUP', listener),
  }
}
