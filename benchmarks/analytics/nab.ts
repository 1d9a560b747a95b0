import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type AnomalyMethod, createDetector } from '../../packages/analytics/src/index.ts'
import { type BenchLine, line } from '../lib/line.ts'

interface Series {
  readonly name: string
  readonly ts: readonly string[]
  readonly values: readonly number[]
  readonly windows: readonly (readonly [string, string])[]
}

type ScoreCorpus = (
  files: readonly { ts: readonly string[]; scores: readonly number[]; windows: Series['windows'] }[],
  profile: 'standard',
  threshold?: number,
) => { normalised: number }

/**
 * How well are the anomalies of the Numenta Anomaly Benchmark found, by one default detector and one threshold?
 * The corpus and its scorer are not part of the repository: `REFBOT_NAB_DIR` names their folder, or the first argument
 * where this file is run by itself.
 */
export async function bench(folder = process.env.REFBOT_NAB_DIR): Promise<BenchLine[]> {
  if (folder === undefined || !existsSync(join(folder, 'score.mjs'))) {
    process.stderr.write('analytics/nab: set REFBOT_NAB_DIR to a folder with data/, combined_windows.json, score.mjs\n')
    return []
  }
  const { scoreCorpus }: { scoreCorpus: ScoreCorpus } = await import(pathToFileURL(join(folder, 'score.mjs')).href)
  const corpus = load(folder)
  const scoreOf = (method: AnomalyMethod, threshold?: number): number => {
    const files = corpus.map((series) => {
      const detector = createDetector({ method })
      const scores = series.values.map((value, i) => {
        const { onset, score } = detector.update(value, Date.parse(`${series.ts[i]}Z`))
        return onset ? score : 0
      })
      return { ts: series.ts, windows: series.windows, scores }
    })
    return scoreCorpus(files, 'standard', threshold).normalised
  }
  const quality = (method: AnomalyMethod): BenchLine =>
    line({ bench: 'analytics/nab', metric: `${method}, best threshold`, unit: 'points', ours: scoreOf(method) })
  const { microseconds, bytes } = cost(corpus)
  return [
    line({
      bench: 'analytics/nab',
      metric: 'default detector, its own threshold',
      unit: 'points',
      ours: scoreOf('novelty', 1),
      peer: 'extreme quantiles, summed',
      theirs: 58,
      goal: { on: 'ours', op: '>=', value: 60 },
    }),
    ...(['novelty', 'zscore', 'iqr', 'mad', 'ewma', 'daily', 'weekly'] as const).map(quality),
    line({
      bench: 'analytics/nab',
      metric: 'time of a sample',
      unit: 'us',
      ours: microseconds,
      goal: { on: 'ours', op: '<=', value: 5 },
    }),
    line({
      bench: 'analytics/nab',
      metric: 'memory of a series',
      unit: 'B',
      ours: bytes,
      goal: { on: 'ours', op: '<=', value: 16_384 },
    }),
  ]
}

function load(folder: string): Series[] {
  const windows = JSON.parse(readFileSync(join(folder, 'combined_windows.json'), 'utf8'))
  const names = readdirSync(join(folder, 'data')).flatMap((category) =>
    readdirSync(join(folder, 'data', category)).map((file) => `${category}/${file}`),
  )
  return names.map((name) => {
    const rows = readFileSync(join(folder, 'data', name), 'utf8')
      .trim()
      .split(/\r?\n/)
      .slice(1)
    const cells = rows.map((row) => row.split(','))
    const ts = cells.map(([time]) => String(time).slice(0, 19))
    return { name, ts, values: cells.map(([, value]) => Number(value)), windows: windows[name] ?? [] }
  })
}

function cost(corpus: readonly Series[]): { microseconds: number; bytes: number } {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const longest = corpus.reduce((a, b) => (b.values.length > a.values.length ? b : a)).values.slice(0, 10_000)
  const memory = (): number => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
  const feed = (count: number) => {
    const detectors = Array.from({ length: count }, () => createDetector())
    for (const detector of detectors) for (const [i, value] of longest.entries()) detector.update(value, i)
    return detectors
  }
  feed(5)
  collect()
  const before = memory()
  const began = performance.now()
  const detectors = feed(100)
  const spent = performance.now() - began
  collect()
  const bytes = (memory() - before) / detectors.length
  detectors.at(0)?.update(0, 0)
  return { microseconds: (spent * 1_000) / (detectors.length * longest.length), bytes }
}

if (import.meta.main) {
  for (const figure of await bench(process.argv[2])) process.stdout.write(`${JSON.stringify(figure)}\n`)
}
