import type { MetricBlock } from '@refbot/analytics'
import type { ColumnType, Generated } from 'kysely'

/** Epoch milliseconds; written once. */
type CreatedAt = ColumnType<number, number, never>

interface JobTable {
  id: string
  /** `ScheduleConfig` as JSON. */
  config: string
  origin: string
  last_scheduled_at: number | null
  created_at: CreatedAt
}

interface ExecutionTable {
  id: string
  job_id: string
  task: string
  input: string | null
  scheduled_at: number
  claimed_at: number
  ended_at: number | null
  /** While it waits for its next attempt. */
  retry_at: number | null
  status: string
  reason: string | null
  error: string | null
  result: string | null
  created_at: CreatedAt
}

interface AttemptTable {
  execution_id: string
  number: number
  started_at: number
  ended_at: number | null
  error: string | null
  created_at: CreatedAt
}

interface RunTable {
  /** The execution's id. */
  id: string
  plugin: string
  cause: string
  created_at: CreatedAt
}

/** How many runs of a plugin have a status; kept where a run changes. */
interface RunCountTable {
  plugin: string
  status: string
  runs: number
  created_at: CreatedAt
}

interface StepTable {
  run_id: string
  attempt: number
  number: number
  /** Names from the outermost step in, joined by ` › `. */
  path: string
  started_at: number
  ended_at: number
  error: string | null
  created_at: CreatedAt
}

interface ArtifactTable {
  run_id: string
  name: string
  content_type: string
  bytes: number
  created_at: CreatedAt
}

interface PluginTable {
  id: string
  desired: string
  updated_at: number
  created_at: CreatedAt
}

interface PluginValueTable {
  plugin: string
  key: string
  value: string
  updated_at: number
  created_at: CreatedAt
}

interface MetricBlockTable {
  id: Generated<number>
  tier: MetricBlock['tier']
  name: string
  /** Labels as JSON with sorted keys. */
  labels: string
  from_ms: number
  to_ms: number
  points: number
  data: Uint8Array
  created_at: CreatedAt
}

interface EventTable {
  id: Generated<number>
  type: string
  data: string
  created_at: CreatedAt
}

/** What retention deleted since it last told so in an event. */
interface DeletionTable {
  kind: string
  items: number
  bytes: number
  created_at: CreatedAt
}

/** What alerting remembers, as one row that is replaced. */
interface AlertStateTable {
  name: string
  /** `AlertSnapshot` as JSON. */
  snapshot: string
  updated_at: number
  created_at: CreatedAt
}

/** Proxies that an operator added beside those of the configuration. */
interface ProxyTable {
  id: string
  protocol: string
  host: string
  port: number
  /** User and password, sealed with the key of the store; null where there are none. */
  login: string | null
  label: string | null
  region: string | null
  /** Words as JSON. */
  tags: string | null
  created_at: CreatedAt
}

/** What was learnt of a proxy, of the configuration or not. */
interface ProxyHealthTable {
  proxy_id: string
  /** `ProxyMemory` as JSON. */
  memory: string
  taken_at: number
  created_at: CreatedAt
}

interface TokenTable {
  id: string
  name: string
  /** SHA-256 of the token, in hex. */
  hash: string
  rights: string
  last_used_at: number | null
  expires_at: number | null
  revoked_at: number | null
  created_at: CreatedAt
}

interface AuditTable {
  id: Generated<number>
  /** Id of a token, or `cli`. */
  actor: string
  actor_name: string
  action: string
  target: string
  outcome: string
  created_at: CreatedAt
}

interface OriginPauseTable {
  origin: string
  cause: string
  run_id: string
  until_ms: number
  created_at: CreatedAt
}

interface OriginCountTable {
  origin: string
  /** UTC, since the epoch. */
  day: number
  submits: number
  created_at: CreatedAt
}

/** Every table, as Kysely sees it. */
export interface Database {
  job: JobTable
  execution: ExecutionTable
  attempt: AttemptTable
  run: RunTable
  run_count: RunCountTable
  step: StepTable
  artifact: ArtifactTable
  plugin: PluginTable
  plugin_value: PluginValueTable
  metric_block: MetricBlockTable
  event: EventTable
  deletion: DeletionTable
  alert_state: AlertStateTable
  proxy: ProxyTable
  proxy_health: ProxyHealthTable
  token: TokenTable
  audit: AuditTable
  origin_pause: OriginPauseTable
  origin_count: OriginCountTable
}
