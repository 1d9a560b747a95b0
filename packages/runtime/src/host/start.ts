import { availableParallelism } from 'node:os'
import { Turns } from '../turns.ts'
import { PluginProcess, type PluginProcessOptions } from './process.ts'

/**
 * Twice as many at a time as there are cores. More would not be ready sooner, and each start stands in the way of the
 * host: its loop waits until the new process is on a core, which took 100 ms while 50 others fought for two of them.
 */
const starts = new Turns((working) => working < 2 * availableParallelism())

/** Longest time for which a process that does not get ready keeps others from being started, in ms. */
const MOST_MS = 2000

/**
 * Starts a plugin's process when it is its turn.
 * @throws RefbotError `PLUGIN_PROCESS_FAILED`, `PLUGIN_LINK_OUTSIDE`, and the reason of the signal while it waits
 */
export async function startProcess(options: PluginProcessOptions, signal?: AbortSignal): Promise<PluginProcess> {
  await starts.enter(signal)
  let process: PluginProcess
  try {
    process = new PluginProcess(options)
  } catch (error) {
    starts.leave()
    throw error
  }
  const timeout = Promise.withResolvers<void>()
  const timer = setTimeout(timeout.resolve, MOST_MS)
  void Promise.race([process.loaded, timeout.promise]).then(() => {
    clearTimeout(timer)
    starts.leave()
  })
  return process
}
