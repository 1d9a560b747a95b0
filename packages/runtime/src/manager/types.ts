import type { RefbotError } from '../errors.ts'
import type { MetricSample } from '../host/index.ts'

export interface PluginManagerOptions {
  /** Folder with one plugin per sub-folder. */
  readonly pluginsDir: string
  /** Where its data goes; default `.refbot` in the working directory. */
  readonly dataDir?: string
}

/** What became of one plugin of several; one that fails holds up no other. */
export type PluginOutcome<Value> =
  | { readonly id: string; readonly ok: true; readonly value: Value }
  | { readonly id: string; readonly ok: false; readonly error: RefbotError }

export type MetricCallback = (plugin: string, samples: readonly MetricSample[]) => void

export interface PauseOptions {
  /** How long to wait for runs to come to rest, in ms; default 10,000. */
  readonly timeoutMs?: number
}
