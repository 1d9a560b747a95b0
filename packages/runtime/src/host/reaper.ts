import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'

/** Names one process of an instance in the environment of all that it starts: another may follow it at once. */
export const HOST_VARIABLE = 'REFBOT_HOST'

/**
 * Keeps the groups that it is told of until the other end of the pipe is gone, then ends them. With a mark it goes on to
 * what carries that, and to what this bore meanwhile.
 */
const SCRIPT = `
groups=
while read -r word group; do
  others=
  for each in $groups; do [ "$each" = "$group" ] || others="$others $each"; done
  groups=$others
  [ "$word" = began ] && groups="$groups $group"
done
for group in $groups; do kill -s KILL -- "-$group"; done
[ -z "$1" ] && exit
for round in 1 2 3 4 5 6 7 8 9 10; do
  found=$(grep -lsF "$1" /proc/[0-9]*/environ)
  [ -z "$found" ] && exit
  for file in $found; do kill -s KILL "$(basename "$(dirname "$file")")"; done
done
`

const reapers = new Set<Reaper>()

/** A group of processes that must not outlive this process. */
export function groupBegan(pid: number): void {
  for (const reaper of reapers) reaper.say('began', pid)
}

/** It is over, and its number may be used again. */
export function groupEnded(pid: number): void {
  for (const reaper of reapers) reaper.say('ended', pid)
}

/**
 * Outlives its host, however that ends, and leaves no process of it behind: a plugin that never yields does not see its
 * pipe close, and what detached itself is not ended by the kernel with its parent. A shell, since it takes 1 MB where
 * another Node would take 40. Where there is no /proc, what left its group stays.
 */
export class Reaper implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #pipe: (Writable & { unref?: () => void }) | null

  /** @param host what {@link HOST_VARIABLE} says */
  constructor(host: string, platform: NodeJS.Platform = process.platform) {
    const mark = platform === 'linux' ? `${HOST_VARIABLE}=${host}` : ''
    this.#child = spawn('/bin/sh', ['-c', SCRIPT, 'refbot-reaper', mark], {
      env: { PATH: process.env.PATH },
      stdio: ['pipe', 'ignore', 'ignore'],
      // Whatever ends the host's group or its terminal is not to end this.
      detached: true,
    })
    // Where there is no shell, the next start of the instance has to do.
    this.#child.on('error', () => reapers.delete(this))
    this.#child.unref()
    this.#pipe = this.#child.stdin
    this.#pipe?.on('error', () => reapers.delete(this))
    this.#pipe?.unref?.()
    reapers.add(this)
  }

  say(word: 'began' | 'ended', group: number): void {
    this.#pipe?.write(`${word} ${group}\n`)
  }

  /** As the end of the host does. */
  hangUp(): void {
    this.#pipe?.end()
  }

  /** The host ends in peace: there is nothing to do any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    reapers.delete(this)
    const child = this.#child
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    child.ref()
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
  }
}
