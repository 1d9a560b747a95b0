import type { RefbotConfig } from './schema.ts'

/** Every key that holds a value, dotted; lists are one value. */
export type ConfigPath = Exclude<Leaves<RefbotConfig>, '$schema'>

type Leaves<Group, Above extends string = ''> = {
  [Key in keyof Group & string]-?: NonNullable<Group[Key]> extends readonly unknown[] | string | number | boolean
    ? `${Above}${Key}`
    : Leaves<NonNullable<Group[Key]>, `${Above}${Key}.`>
}[keyof Group & string]

export interface ReloadRule {
  /** `live`: a reload applies it; `restart`: it is applied by the next start. */
  readonly effect: 'live' | 'restart'
  /** One sentence. */
  readonly why: string
}

const API: ReloadRule = { effect: 'restart', why: 'The API is opened at start.' }
const NEXT_REQUEST: ReloadRule = { effect: 'live', why: 'From the next request on.' }
const STORE: ReloadRule = { effect: 'restart', why: 'The store is opened with it.' }
const NEXT_BROWSER: ReloadRule = { effect: 'live', why: 'From the next browser on; open ones stay.' }
const NEXT_EVALUATION: ReloadRule = { effect: 'live', why: 'From the next evaluation on.' }
const NEXT_CLEAN_UP: ReloadRule = { effect: 'live', why: 'From the next clean-up on.' }

/** What a reload does with a change of each key. */
export const RELOAD_RULES: Readonly<Record<ConfigPath, ReloadRule>> = {
  mode: API,
  dataDir: { effect: 'restart', why: 'Its lock and its database are held until the end.' },
  pluginsDir: { effect: 'restart', why: 'Plugins of the folder are running and armed.' },
  timeZone: { effect: 'restart', why: 'Armed triggers were computed in it.' },
  logLevel: { effect: 'live', why: 'From the next line on.' },
  runLogBytes: { effect: 'live', why: 'From the next attempt on.' },
  'api.enable': API,
  'api.host': API,
  'api.port': API,
  proxies: { effect: 'live', why: 'New ones can be leased at once; removed ones end with their leases.' },
  proxyStrategy: { effect: 'restart', why: 'The scorer is built for one strategy.' },
  jobs: {
    effect: 'live',
    why: 'New ones are armed, changed ones armed anew, removed ones disarmed; what runs goes on.',
  },
  'limits.maxRuns': { effect: 'restart', why: 'The scheduler is built with it.' },
  'limits.maxBrowsers': { effect: 'live', why: 'From the next browser on; open ones stay.' },
  'limits.maxLaunches': { effect: 'live', why: 'From the next launch on.' },
  'limits.stopMs': { effect: 'live', why: 'From the next attempt on.' },
  'limits.perOrigin.maxPerMinute': NEXT_REQUEST,
  'limits.perOrigin.maxPerDay': NEXT_REQUEST,
  'limits.perOrigin.concurrency': { effect: 'live', why: 'From the next page on; open ones stay.' },
  partHosts: { effect: 'live', why: 'From the next page on; open ones keep what they had.' },
  metricsFile: { effect: 'live', why: 'From the next samples on.' },
  'store.minFreeBytes': STORE,
  'store.reserveBytes': STORE,
  'browser.headless': NEXT_BROWSER,
  'browser.executable': NEXT_BROWSER,
  alerts: { effect: 'live', why: 'From the next evaluation on; the alerts of a removed rule end.' },
  alertSinks: { effect: 'live', why: 'From the next message on; what waits goes to the one of its name, or is lost.' },
  'alertMessages.repeatMs': NEXT_EVALUATION,
  'alertMessages.groupWaitMs': NEXT_EVALUATION,
  'alertMessages.groupBy': NEXT_EVALUATION,
  'retention.metricsDays': { effect: 'restart', why: 'The aggregator is built with it.' },
  'retention.executionsDays': NEXT_CLEAN_UP,
  'retention.eventsDays': NEXT_CLEAN_UP,
  'retention.auditDays': NEXT_CLEAN_UP,
  'retention.proxiesDays': NEXT_CLEAN_UP,
  'retention.storageDays': NEXT_CLEAN_UP,
  'retention.artifactsDays': NEXT_CLEAN_UP,
  'retention.artifactsBytes': NEXT_CLEAN_UP,
}

export interface ConfigChange extends ReloadRule {
  readonly path: ConfigPath
  /** For people; of a list only its length, since its entries may hold passwords. */
  readonly before: string
  readonly after: string
}

/** What differs between two valid configurations, in the order of the keys, and what a reload can do about it. */
export function diffConfig(before: RefbotConfig, after: RefbotConfig): ConfigChange[] {
  const paths = Object.keys(RELOAD_RULES) as ConfigPath[]
  return paths.flatMap((path) => {
    const [old, new_] = [valueAt(before, path), valueAt(after, path)]
    if (isSame(old, new_)) return []
    return [{ path, ...RELOAD_RULES[path], before: shown(old), after: shown(new_, old) }]
  })
}

/** The value of a key; undefined where it has none. */
export function valueAt(config: RefbotConfig, path: ConfigPath): unknown {
  return path
    .split('.')
    .reduce<unknown>((group, key) => (group as Readonly<Record<string, unknown>> | undefined)?.[key], config)
}

function isSame(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b)
  return a.length === b.length && a.every((entry, index) => fingerprint(entry) === fingerprint(b[index]))
}

/** Equal for equal entries, in whatever order their keys stand. */
function fingerprint(entry: unknown): string {
  if (typeof entry !== 'object' || entry === null) return JSON.stringify(entry)
  return JSON.stringify(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function shown(value: unknown, before?: unknown): string {
  if (value === undefined) return 'none'
  if (!Array.isArray(value)) return String(value)
  const count = `${value.length} ${value.length === 1 ? 'entry' : 'entries'}`
  if (!Array.isArray(before)) return count
  const [old, new_] = [before.map(fingerprint), value.map(fingerprint)]
  return `${count} (${missing(new_, old)} new, ${missing(old, new_)} gone)`
}

/** How many of `entries` are not among `others`. */
function missing(entries: readonly string[], others: readonly string[]): number {
  const known = new Set(others)
  return entries.filter((entry) => !known.has(entry)).length
}
