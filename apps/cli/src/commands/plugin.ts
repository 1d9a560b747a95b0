import type { Plugin } from '@refbot/client'
import { command } from '../command.ts'
import { waitingText } from '../run-text.ts'
import type { Session } from '../session.ts'
import { stateCell } from '../terminal/state.ts'
import type { Cell } from '../terminal/table.ts'
import { duration, localTime, percent } from '../terminal/text.ts'

export const list = command({
  args: {},
  run: async (session) => showAll(session),
})

export const stop = command({
  args: { id: { type: 'positional', required: true, description: 'The plugin.' } },
  async run(session, { id }) {
    const client = await session.client()
    const plugin = await client.stopPlugin({ path: { id } })
    session.print(plugin, () => `${id} is stopped; nothing of it runs.`)
  },
})

export const pause = command({
  args: { id: { type: 'positional', required: true, description: 'The plugin.' } },
  async run(session, { id }) {
    const client = await session.client()
    const plugin = await client.pausePlugin({ path: { id } })
    session.print(plugin, () =>
      plugin.status === 'paused'
        ? `${id} is paused; what runs of it waits at a checkpoint.`
        : `${id} is asked to pause; a run of it has not come to a checkpoint yet.`,
    )
  },
})

export const resume = command({
  args: { id: { type: 'positional', required: true, description: 'The plugin.' } },
  async run(session, { id }) {
    const client = await session.client()
    const plugin = await client.resumePlugin({ path: { id } })
    session.print(plugin, () => `${id} goes on: ${plugin.status}.`)
  },
})

export const status = command({
  args: { id: { type: 'positional', required: false, description: 'The plugin; default: all.' } },
  async run(session, { id }) {
    if (id === undefined) return showAll(session)
    const client = await session.client()
    const plugin = await client.getPlugin({ path: { id } })
    session.print(plugin, () => details(session, plugin))
  },
})

async function showAll(session: Session): Promise<void> {
  const client = await session.client()
  const found = await client.listPlugins()
  session.print(found, () => {
    if (found.plugins.length === 0) return 'No plugin yet. Put one into the plugins folder of the configuration.'
    const heads = [
      { head: 'PLUGIN' },
      { head: 'STATUS' },
      { head: 'VERSION' },
      { head: 'RUNS', align: 'right' },
      { head: 'SUCCESS', align: 'right' },
      { head: 'P95', align: 'right' },
      { head: 'NEXT' },
    ] as const
    return session.table(heads, found.plugins.map(row))
  })
}

function row(plugin: Plugin): Cell[] {
  const { metrics, error } = plugin
  return [
    plugin.id,
    stateCell(plugin.status),
    plugin.version,
    String(metrics.runs),
    metrics.successRate === undefined ? '–' : percent(metrics.successRate),
    metrics.p95DurationMs === undefined ? '–' : duration(metrics.p95DurationMs),
    error === undefined ? soon(plugin) : { text: error.code, colour: 'red' },
  ]
}

function soon(plugin: Plugin): string {
  const { waiting } = plugin
  return waiting === undefined ? next(plugin) : `again ${localTime(waiting.until)}`
}

function next({ nextRunAt, enabled }: Plugin): string {
  if (!enabled) return 'disabled'
  return nextRunAt === undefined ? '–' : localTime(nextRunAt)
}

function details(session: Session, plugin: Plugin): string {
  const { metrics, error, waiting } = plugin
  return session.facts([
    ['plugin', plugin.id],
    ['name', plugin.name],
    ['status', stateCell(plugin.status)],
    ['wanted', plugin.desired],
    ['about', plugin.description === '' ? undefined : plugin.description],
    ['version', plugin.version],
    [
      'runs',
      `${metrics.runs} (${metrics.succeeded} success, ${metrics.failed} failed, ${metrics.cancelled} cancelled)`,
    ],
    ['success', metrics.successRate === undefined ? undefined : percent(metrics.successRate)],
    ['p50, p95', spread(plugin)],
    ['last run', metrics.lastRunAt === undefined ? 'never' : localTime(metrics.lastRunAt)],
    ['next run', next(plugin)],
    [
      'waiting',
      waiting === undefined
        ? undefined
        : { text: waitingText({ ...waiting, retryAt: waiting.until }), colour: 'yellow' },
    ],
    ['package', plugin.package],
    ['warning', plugin.warning === undefined ? undefined : { text: plugin.warning, colour: 'yellow' }],
    ['error', error === undefined ? undefined : { text: `${error.message} (${error.code})`, colour: 'red' }],
  ])
}

function spread({ metrics: { p50DurationMs, p95DurationMs } }: Plugin): string | undefined {
  if (p50DurationMs === undefined || p95DurationMs === undefined) return undefined
  return `${duration(p50DurationMs)}, ${duration(p95DurationMs)}`
}
