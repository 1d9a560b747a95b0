import { describe, expect, it } from 'vitest'
import { activityOf, LIFECYCLE, type PluginCommand, pluginStatus, type RunActivity } from './lifecycle.ts'
import { lifecycleEdges, lifecyclePage } from './lifecycle-diagram.ts'
import type { DesiredState, PluginStatus } from './status.ts'

const desiredStates = ['armed', 'paused', 'stopped'] as const satisfies readonly DesiredState[]
const activities = ['none', 'working', 'held', 'unloadable'] as const satisfies readonly RunActivity[]
const commands = ['start', 'pause', 'resume', 'stop'] as const satisfies readonly PluginCommand[]

describe('the table of statuses', () => {
  it.each<[DesiredState, RunActivity, PluginStatus]>([
    ['armed', 'none', 'idle'],
    ['armed', 'working', 'running'],
    ['armed', 'held', 'running'],
    ['armed', 'unloadable', 'error'],
    ['paused', 'none', 'paused'],
    ['paused', 'working', 'running'],
    ['paused', 'held', 'paused'],
    ['paused', 'unloadable', 'error'],
    ['stopped', 'none', 'stopped'],
    ['stopped', 'working', 'running'],
    ['stopped', 'held', 'running'],
    ['stopped', 'unloadable', 'error'],
  ])('a plugin that is wanted %s, with runs %s, is %s', (desired, activity, status) => {
    expect(pluginStatus(desired, activity)).toBe(status)
  })

  it('never calls a plugin paused or stopped while one of its runs works', () => {
    for (const desired of desiredStates) expect(pluginStatus(desired, 'working')).toBe('running')
  })

  it('has a row for every desired state and activity, and nothing else', () => {
    expect(Object.keys(LIFECYCLE)).toEqual(desiredStates)
    for (const desired of desiredStates) {
      expect(Object.keys(LIFECYCLE[desired].status)).toEqual(activities)
      expect(Object.keys(LIFECYCLE[desired].commands)).toEqual(commands)
    }
  })
})

describe('the table of commands', () => {
  it.each<[DesiredState, PluginCommand, DesiredState | 'refused']>([
    ['armed', 'start', 'armed'],
    ['armed', 'pause', 'paused'],
    ['armed', 'resume', 'armed'],
    ['armed', 'stop', 'stopped'],
    ['paused', 'start', 'armed'],
    ['paused', 'pause', 'paused'],
    ['paused', 'resume', 'armed'],
    ['paused', 'stop', 'stopped'],
    ['stopped', 'start', 'armed'],
    ['stopped', 'pause', 'refused'],
    ['stopped', 'resume', 'refused'],
    ['stopped', 'stop', 'stopped'],
  ])('of a plugin that is %s, %s leads to %s', (desired, command, expected) => {
    const next = LIFECYCLE[desired].commands[command]
    if (expected === 'refused') expect(next).toEqual({ refused: 'PLUGIN_STOPPED' })
    else expect(next).toBe(expected)
  })

  it('changes nothing when the same is asked again', () => {
    for (const desired of desiredStates) {
      for (const command of commands) {
        const once = LIFECYCLE[desired].commands[command]
        if (typeof once === 'string') expect(LIFECYCLE[once].commands[command]).toBe(once)
      }
    }
  })

  it('leads from every status to every one that a command can ask for', () => {
    const edges = lifecycleEdges()
    for (const from of ['idle', 'running', 'paused', 'error'] as const) {
      expect(edges.some((edge) => edge.from === from && edge.on === 'start') || from === 'running').toBe(true)
      expect(reachable(from)).toEqual(new Set(['idle', 'running', 'paused', 'stopped', 'error']))
    }
  })
})

describe('several runs together', () => {
  it.each([
    [{ working: 0, held: 0 }, false, 'none'],
    [{ working: 0, held: 0 }, true, 'unloadable'],
    [{ working: 1, held: 3 }, false, 'working'],
    [{ working: 0, held: 3 }, false, 'held'],
    [{ working: 1, held: 0 }, true, 'working'],
  ] as const)('%o, unloadable %s: %s', (runs, unloadable, expected) => {
    expect(activityOf(runs, unloadable)).toBe(expected)
  })
})

it('the documentation draws the table as it is', async () => {
  await expect(lifecyclePage()).toMatchFileSnapshot('../../../docs/plugin-lifecycle.md')
})

function reachable(from: PluginStatus): Set<PluginStatus> {
  const seen = new Set<PluginStatus>()
  const queue: PluginStatus[] = [from]
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    for (const edge of lifecycleEdges()) {
      if (edge.from !== at || seen.has(edge.to)) continue
      seen.add(edge.to)
      queue.push(edge.to)
    }
  }
  return seen
}
