import type { Authorisation, EgressReport, JsonValue, PluginSchedule, RunInfo } from '@refbot/plugin-sdk'
import { z } from 'zod'
import type { HttpAnswer, HttpPart } from './http-desk.ts'

/** Which file and export of a plugin to load. */
export interface PluginCode {
  /** `file:` URL. */
  readonly url: string
  readonly exportName: string
}

export interface ExecuteRequest {
  readonly code: PluginCode
  /** As its operator wrote it; the schema fills in the defaults. */
  readonly config: JsonValue
  readonly run: RunInfo
  /** Where artifacts are written, and nothing else. */
  readonly artifactsDir: string
}

/** What a plugin says of itself. */
export interface PluginDescription {
  readonly apiVersion: number
  readonly permissions: readonly string[]
  readonly schedule: PluginSchedule | undefined
  /** JSON Schema of the config's input side. */
  readonly configSchema: JsonValue
  /** What is wrong with the config that was sent along; empty when nothing is. */
  readonly configIssues: readonly string[]
}

/** What the host asks of a plugin's process. */
export interface ChildApi {
  describe(code: PluginCode, config: JsonValue): Promise<PluginDescription>
  execute(request: ExecuteRequest): Promise<JsonValue | undefined>
  /** Asks the run to end; it is given time to. */
  abort(reason: string): void
}

export interface OpenedPage {
  readonly id: string
  /** The relay's WebSocket address; the same for every page of a run. */
  readonly endpoint: string
  /** The gate, as this page's proxy. */
  readonly proxyServer: string
  readonly userAgent: string
}

export interface OpenedLease {
  readonly id: string
  /** The proxy's id, without credentials. */
  readonly proxy: string
}

const labels = z.record(z.string().max(200), z.string().max(1000))

/** Every call that a plugin's process may make, with the shape of its arguments; anything else is refused. */
export const hostCalls = {
  log: z.tuple([
    z.array(
      z.object({
        at: z.number(),
        level: z.enum(['debug', 'info', 'warn', 'error']),
        message: z.string(),
        fields: z.record(z.string(), z.json()).optional(),
      }),
    ),
  ]),
  metrics: z.tuple([
    z.array(z.object({ name: z.string().min(1).max(200), value: z.number(), labels, at: z.number() })),
  ]),
  progress: z.tuple([z.number(), z.number(), z.string().max(1000).optional()]),
  step: z.tuple([
    z.object({ path: z.string().max(1000), startedAt: z.number(), endedAt: z.number(), error: z.string().optional() }),
  ]),
  checkpoint: z.tuple([]),
  storageGet: z.tuple([z.string().max(500)]),
  storageSet: z.tuple([z.string().max(500), z.json()]),
  storageDelete: z.tuple([z.string().max(500)]),
  storageList: z.tuple([z.string().max(500)]),
  proxiesAvailable: z.tuple([]),
  leaseProxy: z.tuple([z.object({ exclude: z.array(z.string()).max(10_000).optional() })]),
  failLease: z.tuple([z.string(), z.string().max(200)]),
  releaseLease: z.tuple([z.string()]),
  openPage: z.tuple([z.object({ target: z.string().max(8000), leaseId: z.string().optional() })]),
  pageEgress: z.tuple([z.string()]),
  closePage: z.tuple([z.string()]),
  httpBody: z.tuple([z.int(), z.instanceof(Uint8Array)]),
  httpRequest: z.tuple([
    z.object({
      id: z.int(),
      url: z.string().max(8000),
      method: z.string().regex(/^[A-Z][A-Z-]{0,30}$/),
      headers: z.record(z.string().max(200), z.string().max(16_000)),
      timeoutMs: z.int().min(1).max(3_600_000),
      leaseId: z.string().optional(),
    }),
  ]),
  httpRead: z.tuple([z.int()]),
  httpCancel: z.tuple([z.int()]),
  authorisation: z.tuple([z.string().max(8000)]),
  artifact: z.tuple([z.object({ name: z.string().max(200), contentType: z.string().max(200) })]),
} satisfies Record<string, z.ZodTuple>

export type HostCallName = keyof typeof hostCalls

interface HostResults {
  log: void
  metrics: void
  progress: void
  step: void
  checkpoint: void
  storageGet: JsonValue | undefined
  storageSet: void
  storageDelete: void
  storageList: readonly { readonly key: string; readonly value: JsonValue }[]
  proxiesAvailable: boolean
  leaseProxy: OpenedLease
  failLease: void
  releaseLease: void
  openPage: OpenedPage
  pageEgress: EgressReport
  closePage: void
  httpBody: void
  httpRequest: HttpAnswer
  httpRead: HttpPart
  httpCancel: void
  authorisation: Authorisation
  artifact: { readonly bytes: number }
}

/** What a plugin's process asks of the host. */
export type HostApi = {
  [Name in HostCallName]: (...args: z.output<(typeof hostCalls)[Name]>) => Promise<HostResults[Name]>
}

/** Wraps an implementation so that arguments of the wrong shape never reach it. */
export function validated(api: HostApi): HostApi {
  const guard = (name: HostCallName) => {
    const call = api[name] as (...args: unknown[]) => Promise<unknown>
    return async (...args: unknown[]) => call(...hostCalls[name].parse(args))
  }
  return Object.fromEntries((Object.keys(hostCalls) as HostCallName[]).map((name) => [name, guard(name)])) as HostApi
}
