import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'

/** A disk of a fixed size; undefined where this user may not mount one. */
export function mountDisk(path: string, bytes: number): Disposable | undefined {
  mkdirSync(path, { recursive: true })
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path])
  if (status !== 0) return undefined
  return { [Symbol.dispose]: () => void spawnSync('umount', ['--lazy', path]) }
}

/** Makes a mounted disk read-only, or writable again. False where that may not be done. */
export function remount(path: string, how: 'ro' | 'rw'): boolean {
  return spawnSync('mount', ['-o', `remount,${how}`, path]).status === 0
}
