import { readdirSync, readFileSync } from 'node:fs'
import { procStat } from './proc-stat.ts'

/** Often enough for what lives longer than a moment; a look costs a few reads of /proc. */
const LOOK_MS = 250

/**
 * What a process has started, and what that has started, remembered by pid and start time: the mark in the environment
 * does not show those that were given another environment, and a parent that ended no longer leads to its children. One
 * that is born and orphaned between two looks is not seen. Linux only; elsewhere none are.
 */
export class Descendants implements Disposable {
  readonly #root: number
  /** Start times by pid: a pid is used again. */
  readonly #known = new Map<number, string>()
  readonly #timer: NodeJS.Timeout

  constructor(root: number) {
    this.#root = root
    this.#timer = setInterval(() => this.look(), LOOK_MS).unref()
  }

  look(): void {
    const queue = [this.#root, ...this.#living()]
    for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
      for (const child of childrenOf(pid)) {
        const started = startOf(child)
        if (started === undefined || this.#known.get(child) === started) continue
        this.#known.set(child, started)
        queue.push(child)
      }
    }
  }

  /** Ends them all. */
  kill(): void {
    // What they bore while others were being ended shows in the next round.
    for (let round = 0; round < 3; round += 1) {
      this.look()
      for (const pid of this.#living()) {
        try {
          process.kill(pid, 'SIGKILL')
        } catch {
          // It ended by itself meanwhile.
        }
      }
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #living(): readonly number[] {
    for (const [pid, started] of this.#known) if (startOf(pid) !== started) this.#known.delete(pid)
    return [...this.#known.keys()]
  }
}

function childrenOf(pid: number): readonly number[] {
  return quietly(() => readdirSync(`/proc/${pid}/task`), []).flatMap((thread) => {
    const text = quietly(() => readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1'), '')
    return text.split(' ').filter(Boolean).map(Number)
  })
}

/** In ticks since the boot; undefined where there is no such process. */
function startOf(pid: number): string | undefined {
  return procStat(pid)?.(22)
}

function quietly<Value>(read: () => Value, otherwise: Value): Value {
  try {
    return read()
  } catch {
    return otherwise
  }
}
