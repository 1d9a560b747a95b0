import { LIFECYCLE, type PluginCommand, pluginStatus, type RunActivity } from './lifecycle.ts'
import type { DesiredState, PluginStatus } from './status.ts'

/** One arrow: what leads from one status to another. */
export interface LifecycleEdge {
  readonly from: PluginStatus
  readonly on: string
  readonly to: PluginStatus
}

/** What can happen to runs by itself, and when. */
const CHANGES: readonly { readonly on: string; readonly from: RunActivity; readonly to: RunActivity }[] = [
  { on: 'a run begins', from: 'none', to: 'working' },
  { on: 'its runs end', from: 'working', to: 'none' },
  { on: 'its runs wait at a checkpoint', from: 'working', to: 'held' },
  { on: 'it cannot be loaded', from: 'none', to: 'unloadable' },
]

const DESIRED = Object.keys(LIFECYCLE) as DesiredState[]
const COMMANDS: readonly PluginCommand[] = ['start', 'pause', 'resume', 'stop']

/** Every change of status that the table allows. */
export function lifecycleEdges(): readonly LifecycleEdge[] {
  const edges = new Map<string, LifecycleEdge>()
  const add = (from: PluginStatus, on: string, to: PluginStatus) => {
    if (from !== to) edges.set(`${from} ${on} ${to}`, { from, on, to })
  }
  for (const desired of DESIRED) {
    for (const { on, from, to } of CHANGES) {
      if (isPossible(desired, on)) add(pluginStatus(desired, from), on, pluginStatus(desired, to))
    }
    for (const command of COMMANDS) {
      const next = LIFECYCLE[desired].commands[command]
      if (typeof next !== 'string') continue
      for (const activity of ['none', 'working', 'held', 'unloadable'] as const) {
        if (activity === 'held' && desired !== 'paused') continue
        add(pluginStatus(desired, activity), command, pluginStatus(next, afterCommand(command, activity)))
      }
    }
  }
  return [...edges.values()]
}

/** Schedules fire while a plugin is armed only; runs wait at a checkpoint while it is paused only. */
function isPossible(desired: DesiredState, on: string): boolean {
  if (on === 'a run begins') return desired === 'armed'
  return on !== 'its runs wait at a checkpoint' || desired === 'paused'
}

/** `start` loads the plugin and begins a run, `stop` forgets why it could not be loaded. */
function afterCommand(command: PluginCommand, activity: RunActivity): RunActivity {
  if (command === 'start') return 'working'
  if (activity === 'unloadable') return command === 'pause' ? 'unloadable' : 'none'
  return activity === 'held' && command !== 'pause' ? 'working' : activity
}

/** The page of the documentation that shows the table. */
export function lifecyclePage(): string {
  const edges = lifecycleEdges()
  const joined = Map.groupBy(edges, ({ from, to }) => `${from} --> ${to}`)
  const rows = DESIRED.map((desired) => {
    const { status, commands } = LIFECYCLE[desired]
    const next = COMMANDS.map((command) => {
      const wanted = commands[command]
      return typeof wanted === 'string' ? wanted : 'refused'
    })
    return [desired, status.none, status.working, status.held, status.unloadable, ...next]
  })
  const heads = [
    'wanted',
    'no run',
    'a run works',
    'all runs wait',
    'not loadable',
    ...COMMANDS.map((name) => `\`${name}\``),
  ]
  return [
    '# The life of a plugin',
    '<!-- Generated from packages/plugin-sdk/src/lifecycle.ts; a test of that package writes it with `vitest -u`. -->',
    'What is stored is what an operator wants of a plugin: `armed`, `paused` or `stopped`. Its status follows from that and from what its runs do (the four columns after the first). The last four columns say what is wanted after each command.',
    [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
    'A status tells what is, not what was asked for: a plugin is `paused` once every run waits at a checkpoint, and `stopped` once every process of it is gone. A run that never reaches a checkpoint goes on, and the plugin stays `running`, until it is stopped: it is asked to end, gets SIGTERM after 10 seconds (`limits.stopMs`), SIGKILL 2 seconds later, and whatever it left behind is ended with it.',
    [
      '```mermaid',
      'stateDiagram-v2',
      '  [*] --> stopped',
      ...[...joined].map(([arrow, all]) => `  ${arrow}: ${all.map(({ on }) => on).join(' / ')}`),
      '```',
    ].join('\n'),
  ]
    .join('\n\n')
    .concat('\n')
}
