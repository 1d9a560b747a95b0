import { expect, it } from 'vitest'
import { ManualClock } from '../manual-clock.ts'
import { MemoryExecutionStore } from '../memory-store.ts'
import { nextRuns } from '../triggers/next-runs.ts'
import { HOUR, MINUTE, Rig } from './rig.ts'
import { walk } from './walk.ts'

/** North and south, half-hour and two-hour changes, changes at midnight, and one zone that has none. */
const ZONES = [
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'America/Havana',
  'America/Santiago',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'Antarctica/Troll',
  'Asia/Beirut',
  'Asia/Kolkata',
] as const

const FROM = Date.UTC(2025, 11, 31, 23)
const UNTIL = Date.UTC(2027, 0, 1)

const PATTERNS = [
  {
    expression: '30 2 * * *',
    repeats: false,
    matches: (wall: Date) => wall.getUTCHours() === 2 && wall.getUTCMinutes() === 30,
  },
  {
    expression: '0 0,1 * * *',
    repeats: false,
    matches: (wall: Date) => wall.getUTCHours() < 2 && wall.getUTCMinutes() === 0,
  },
  {
    expression: '0 */3 * * *',
    repeats: true,
    matches: (wall: Date) => wall.getUTCHours() % 3 === 0 && wall.getUTCMinutes() === 0,
  },
  {
    expression: '30 1-2 * * *',
    repeats: true,
    matches: (wall: Date) => [1, 2].includes(wall.getUTCHours()) && wall.getUTCMinutes() === 30,
  },
] as const

it('a year with all clock changes of ten zones: every firing at its time, each once, none missed', {
  timeout: 120_000,
}, async () => {
  const rig = await Rig.started({
    clock: new ManualClock(FROM),
    store: new MemoryExecutionStore({ maxExecutions: 1_000_000 }),
  })
  for (const timeZone of ZONES) {
    for (const { expression } of PATTERNS) {
      await rig.scheduler.add({
        id: `${timeZone} ${expression}`,
        task: 'note',
        triggers: { type: 'cron', expression, timeZone },
      })
    }
  }
  await rig.clock.advanceTo(UNTIL)
  await rig.scheduler.idle()
  const executions = await rig.scheduler.history({ limit: 1_000_000 })
  expect(
    executions.filter(({ status, scheduledAt, claimedAt }) => status !== 'success' || claimedAt !== scheduledAt),
  ).toEqual([])
  const fired = Map.groupBy(executions, ({ jobId }) => jobId)
  for (const timeZone of ZONES) {
    for (const { expression, repeats, matches } of PATTERNS) {
      const times = (fired.get(`${timeZone} ${expression}`) ?? []).map(({ scheduledAt }) => scheduledAt).reverse()
      const expected = walk({
        matches: (wall) => matches(new Date(wall)),
        repeats,
        timeZone,
        after: FROM,
        until: UNTIL,
        stepMs: 30 * MINUTE,
      })
      expect(times).toEqual(expected)
    }
  }
  expect(executions.length).toBeGreaterThan(47_000)
})

it('has clock changes in it to be right about', () => {
  const changes = ZONES.map((timeZone) => {
    const noons = nextRuns({ type: 'cron', expression: '0 12 * * *', timeZone }, 365, FROM)
    return noons.filter((noon, at) => at > 0 && noon - (noons[at - 1] ?? 0) !== 24 * HOUR).length
  })
  expect(changes).toEqual([2, 2, 2, 2, 2, 2, 2, 2, 2, 0])
})
