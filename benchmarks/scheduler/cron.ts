import { Cron } from 'croner'
import { nextRuns } from '../../packages/scheduler/src/index.ts'
import cases from '../../packages/scheduler/src/triggers/fixtures/cron-cases.json' with { type: 'json' }
import { type BenchLine, line } from '../lib/line.ts'

type Case = (typeof cases)[number]
type Next = (example: Case) => number | null

/** How many of the 223 cases of Cronos, robfig/cron and cron-parser come out right? Beside croner alone. */
export async function bench(): Promise<BenchLine[]> {
  return [
    line({
      bench: 'scheduler/cron',
      metric: `right of ${cases.length} cases`,
      unit: '1',
      ours: right(ours),
      peer: 'croner 11',
      theirs: right(croner),
      goal: { on: 'ours', op: '>=', value: cases.length },
    }),
  ]
}

function right(next: Next): number {
  return cases.filter((example) => {
    try {
      return next(example) === (example.expected === null ? null : Date.parse(example.expected))
    } catch {
      return false
    }
  }).length
}

const after = ({ from, inclusive }: Case): number => Date.parse(from) - (inclusive ? 1 : 0)

const ours: Next = (example) =>
  nextRuns({ type: 'cron', expression: example.expression, timeZone: example.timezone }, 1, after(example))[0] ?? null

const croner: Next = (example) =>
  new Cron(example.expression, { paused: true, timezone: example.timezone, sloppyRanges: true })
    .nextRun(new Date(after(example)))
    ?.getTime() ?? null
