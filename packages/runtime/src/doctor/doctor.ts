import {
  type ConfigProblem,
  describeProblem,
  type LoadConfigOptions,
  type LoadedConfig,
  type RefbotConfig,
  validateConfig,
} from '../config/index.ts'
import { discover } from '../manager/index.ts'
import { checkBrowser } from './browser.ts'
import { broken, type Finding, ok, warning } from './finding.ts'
import { checkModes, checkRoom } from './folder.ts'
import { checkPort, checkProcesses } from './processes.ts'
import { checkDatabase } from './store.ts'

export interface DoctorOptions extends LoadConfigOptions {
  /** Puts right what is safe: modes of files, and processes that nobody owns. */
  readonly fix?: boolean
  /** Epoch milliseconds. */
  readonly now: number
  /** Default: this process's, without the `v`. */
  readonly nodeVersion?: string
}

export interface DoctorReport {
  readonly findings: readonly Finding[]
  /** False where something is broken. */
  readonly ok: boolean
}

const LEAST_NODE = 24

/** Looks at everything that RefBot needs here, and changes nothing unless it is told to `fix`. */
export async function examine(options: DoctorOptions): Promise<DoctorReport> {
  const { fix = false, now, nodeVersion = process.versions.node, ...load } = options
  const { file, problems, notices, loaded } = await validateConfig(load)
  const findings = [
    checkNode(nodeVersion),
    ...problems.map(problemFinding),
    ...notices.map((notice) => warning('configuration', describeProblem(notice), 'Write it as the message says.')),
    ...(loaded === undefined ? [] : await examineLoaded(loaded, fix, now)),
  ]
  if (problems.length === 0) findings.splice(1, 0, ok('configuration', file ?? 'none: the defaults hold'))
  return { findings, ok: findings.every(({ status }) => status !== 'broken') }
}

async function examineLoaded({ config }: LoadedConfig, fix: boolean, now: number): Promise<Finding[]> {
  const { dataDir } = config
  const listens = config.mode === 'api' && config.api.enable
  return [
    ok('proxies', `${config.proxies.length} can be read, their secrets too`),
    ...checkModes(dataDir, fix),
    checkRoom(dataDir, config.store.minFreeBytes),
    ...checkProcesses(dataDir, fix),
    ...checkDatabase(dataDir, now),
    await checkBrowser(config.browser),
    ...checkPlugins(config),
    ...(listens ? [await checkPort(dataDir, config.api)] : []),
  ]
}

function checkNode(version: string): Finding {
  if (Number.parseInt(version, 10) >= LEAST_NODE) return ok('node', version)
  return broken('node', `${version} is too old`, `Install Node ${LEAST_NODE} or a later one.`)
}

function problemFinding(problem: ConfigProblem): Finding {
  const check = problem.code.startsWith('SECRET_')
    ? 'secrets'
    : problem.path.startsWith('proxies')
      ? 'proxies'
      : 'configuration'
  return broken(check, describeProblem(problem), problem.hint ?? 'Correct this key.')
}

/** Manifests alone: no code of a plugin runs. */
function checkPlugins({ pluginsDir, jobs }: RefbotConfig): Finding[] {
  const { plugins, broken: unreadable } = discover(pluginsDir)
  const known = new Set([...plugins, ...unreadable].map(({ id }) => id))
  const unknown = new Set(jobs.map(({ plugin }) => plugin).filter((plugin) => !known.has(plugin)))
  const list = plugins.map(({ id }) => id).join(', ')
  return [
    ok('plugins', plugins.length === 0 ? `none in ${pluginsDir}` : list),
    ...unreadable.map(({ id, error }) =>
      broken('plugins', `${id}: ${error.message}`, error.hint ?? 'Correct its manifest.'),
    ),
    ...[...unknown].map((id) =>
      warning(
        'plugins',
        `jobs name ${id}, and there is no such plugin`,
        `Install it into ${pluginsDir}, or correct "jobs".`,
      ),
    ),
  ]
}
