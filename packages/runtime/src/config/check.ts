import { checkAlerts } from './alert-rules.ts'
import { alertSchema } from './alert-schema.ts'
import { configLeaves } from './keys.ts'
import { type ConfigSource, type Layer, stack } from './layers.ts'
import { type ConfigNotice, type ConfigProblem, dotted, type Path, type Place } from './problem.ts'
import { resolveProxies } from './proxy-entries.ts'
import {
  configSchema,
  DEFAULT_DATA_DIR,
  type ParsedConfig,
  proxySchema,
  type RefbotConfig,
  UNAVAILABLE_MODES,
  type UnavailableMode,
} from './schema.ts'
import type { SecretSources } from './secrets.ts'
import { resolveSinks } from './sink-entries.ts'
import { sinkSchema } from './sink-schema.ts'

/** Who said what a key is, and where. */
export interface ConfigOrigin {
  readonly source: ConfigSource
  /** `--port`, `REFBOT_API_PORT`, `/etc/refbot/refbot.config.json:3`; `built in` for a default. */
  readonly where: string
}

export interface Checked {
  /** Undefined where there are problems. */
  readonly config: RefbotConfig | undefined
  /** Of every key that holds a value, lists as a whole. */
  readonly origins: Readonly<Record<string, ConfigOrigin>>
  readonly problems: readonly ConfigProblem[]
  readonly notices: readonly ConfigNotice[]
}

export interface CheckOptions {
  readonly env: SecretSources['env']
  /** Where secrets' files are looked for: the data directory, absolute, given as somebody wrote it. */
  readonly dataDir: (written: string, source: ConfigSource) => string
}

const { dataDir: dataDirSchema } = configSchema.shape

/** From what was written in some places to a configuration, or to everything that is wrong with it at once. */
export function checkLayers(layers: readonly Layer[], { env, dataDir }: CheckOptions): Checked {
  const whole = stack(layers)
  const problems: ConfigProblem[] = []
  const report = (path: Path, problem: Pick<ConfigProblem, 'code' | 'message' | 'hint'>): void => {
    problems.push({ path: dotted(path), ...problem, ...placeOf(path) })
  }
  const placeOf = (path: Path): Place | undefined => {
    for (let length = path.length; length > 0; length -= 1) {
      const found = whole.sourceOf(path.slice(0, length))
      if (found !== undefined) return found.place
    }
    return undefined
  }

  const parsed = configSchema.safeParse(whole.value)
  for (const { path, message } of parsed.error?.issues ?? []) report(path, { code: 'CONFIG_INVALID', message })
  const { mode } = whole.value
  if (isUnavailable(mode)) {
    report(['mode'], {
      code: 'MODE_NOT_AVAILABLE',
      message: `this version has no mode ${mode}`,
      hint: 'Use the mode api or headless.',
    })
  }
  problems.push(...whole.problems)
  const written = (key: 'proxies' | 'alerts' | 'alertSinks'): unknown[] =>
    Array.isArray(whole.value[key]) ? whole.value[key] : []
  const sources = {
    env,
    dataDir: dataDir(
      dataDirSchema.safeParse(whole.value.dataDir).data ?? DEFAULT_DATA_DIR,
      whole.sourceOf(['dataDir'])?.source ?? 'default',
    ),
  }
  // Whatever is wrong elsewhere must not hide what is wrong here; a wrong entry counts as an empty one, which is skipped.
  const proxies = resolveProxies(
    written('proxies').map((entry) => proxySchema.safeParse(entry).data ?? ''),
    sources,
  )
  for (const { index, code, message, hint } of proxies.problems) {
    report(['proxies', index], { code, message, ...(hint === undefined ? {} : { hint }) })
  }

  for (const { index, message, hint } of checkAlerts(
    written('alerts').map((entry) => alertSchema.safeParse(entry).data),
  )) {
    report(['alerts', index], { code: 'CONFIG_INVALID', message, ...(hint === undefined ? {} : { hint }) })
  }
  const { sinks, problems: wrong } = resolveSinks(
    written('alertSinks').map((entry) => sinkSchema.safeParse(entry).data),
    sources,
  )
  for (const { path, code, message, hint } of wrong) {
    report(['alertSinks', ...path], { code, message, ...(hint === undefined ? {} : { hint }) })
  }

  return {
    config:
      problems.length > 0 || parsed.data === undefined ? undefined : runnable(parsed.data, proxies.entries, sinks),
    origins: Object.fromEntries(
      configLeaves().map(({ path }): [string, ConfigOrigin] => {
        const found = whole.sourceOf(path.split('.'))
        if (found === undefined) return [path, { source: 'default', where: 'built in' }]
        return [path, { source: found.source, where: found.place?.where ?? '' }]
      }),
    ),
    problems,
    notices: whole.notices,
  }
}

function runnable(
  { mode, ...config }: ParsedConfig,
  proxies: string[],
  alertSinks: RefbotConfig['alertSinks'],
): RefbotConfig | undefined {
  return isUnavailable(mode) ? undefined : { mode, ...config, proxies, alertSinks }
}

function isUnavailable(mode: unknown): mode is UnavailableMode {
  return UNAVAILABLE_MODES.some((name) => name === mode)
}
