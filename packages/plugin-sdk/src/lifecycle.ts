import type { DesiredState, PluginStatus } from './status.ts'

/** What an operator can ask of a plugin. */
export type PluginCommand = 'start' | 'pause' | 'resume' | 'stop'

/** What the runs of a plugin do, taken together. */
export type RunActivity =
  /** None is under way. */
  | 'none'
  /** At least one works: also one that was asked to pause or stop, and has not done so yet. */
  | 'working'
  /** All wait at a checkpoint. */
  | 'held'
  /** None is under way, and none can be: the plugin cannot be loaded. */
  | 'unloadable'

/** A command that a plugin in this state has no use for. */
export interface RefusedCommand {
  /** Stable code of the refusal. */
  readonly refused: 'PLUGIN_STOPPED'
}

export interface LifecycleRow {
  /** What the plugin is, by what its runs do. */
  readonly status: Readonly<Record<RunActivity, PluginStatus>>
  /** What is wanted of it after a command, whatever its runs do. */
  readonly commands: Readonly<Record<PluginCommand, DesiredState | RefusedCommand>>
}

/**
 * The whole life of a plugin, by what its operator wants of it. A status tells what is, never what was asked for:
 * `paused` and `stopped` appear once no run works any more.
 */
export const LIFECYCLE: Readonly<Record<DesiredState, LifecycleRow>> = {
  armed: {
    status: { none: 'idle', working: 'running', held: 'running', unloadable: 'error' },
    commands: { start: 'armed', pause: 'paused', resume: 'armed', stop: 'stopped' },
  },
  paused: {
    status: { none: 'paused', working: 'running', held: 'paused', unloadable: 'error' },
    commands: { start: 'armed', pause: 'paused', resume: 'armed', stop: 'stopped' },
  },
  stopped: {
    status: { none: 'stopped', working: 'running', held: 'running', unloadable: 'error' },
    commands: {
      start: 'armed',
      pause: { refused: 'PLUGIN_STOPPED' },
      resume: { refused: 'PLUGIN_STOPPED' },
      stop: 'stopped',
    },
  },
}

export function pluginStatus(desired: DesiredState, activity: RunActivity): PluginStatus {
  return LIFECYCLE[desired].status[activity]
}

/** What several runs do together. */
export function activityOf(runs: { readonly working: number; readonly held: number }, unloadable = false): RunActivity {
  if (runs.working > 0) return 'working'
  if (runs.held > 0) return 'held'
  return unloadable ? 'unloadable' : 'none'
}
