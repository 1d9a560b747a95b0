import {
  type Authorisation,
  type EgressReport,
  type JsonValue,
  PLUGIN_PERMISSIONS,
  PluginError,
  type PluginPermission,
  type PluginSchedule,
  type RunInfo,
} from '@refbot/plugin-sdk'
import type { JsonSchema } from '@refbot/plugin-sdk/host'
import { z } from 'zod'
import type { HttpAnswer, HttpPart } from './http-desk.ts'
import { metricBatch } from './metric-batch.ts'
import { isJson } from './plain.ts'

/** Of what is said over the pipe; the two ends may be of two releases while RefBot is being updated. */
export const PROTOCOL_VERSION = 2

/** Which file and export of a plugin to load. */
export interface PluginCode {
  /** `file:` URL. */
  readonly url: string
  readonly exportName: string
}

/** An action of the plugin that is run instead of its `execute`. */
export interface ActionCall {
  readonly name: string
  readonly input: JsonValue
}

export interface ExecuteRequest {
  readonly protocol: number
  readonly code: PluginCode
  /** As its operator wrote it; the schema fills in the defaults. */
  readonly config: JsonValue
  readonly run: RunInfo
  readonly action?: ActionCall
  /** Where artifacts are written, and nothing else. */
  readonly artifactsDir: string
}

const json = z.custom<JsonValue>(isJson, 'no JSON')
const jsonSchema = z.custom<JsonSchema>((value) => isJson(value) && typeof value === 'object', 'no JSON Schema')

export interface ActionDescription {
  readonly description: string
  /** JSON Schema of what it is called with. */
  readonly input: JsonSchema
}

/** What a plugin says of itself. */
export interface PluginDescription {
  readonly apiVersion: number
  readonly permissions: readonly PluginPermission[]
  readonly secrets: readonly string[]
  readonly schedule?: PluginSchedule | undefined
  /** JSON Schema of the config's input side. */
  readonly configSchema: JsonSchema
  readonly actions: Readonly<Record<string, ActionDescription>>
  /** What is wrong with the config that was sent along; empty when nothing is. */
  readonly configIssues: readonly string[]
}

/** By which it is checked before anything is made of it. */
export const pluginDescription: z.ZodType<PluginDescription> = z.object({
  apiVersion: z.number(),
  permissions: z.array(z.enum(PLUGIN_PERMISSIONS)),
  secrets: z.array(z.string().max(100)),
  schedule: z
    .union([
      z.strictObject({ cron: z.string(), timeZone: z.string().exactOptional() }),
      z.strictObject({ everyMs: z.number() }),
    ])
    .optional(),
  configSchema: jsonSchema,
  actions: z.record(
    z.string().regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, 'use lower-case words with dashes'),
    z.object({ description: z.string(), input: jsonSchema }),
  ),
  configIssues: z.array(z.string()),
})

export interface DescribeRequest {
  readonly protocol: number
  readonly code: PluginCode
  readonly config: JsonValue
  /** Checked against the action's schema as well. */
  readonly action?: ActionCall
}

/** What the host asks of a plugin's process. */
export interface ChildApi {
  describe(request: DescribeRequest): Promise<PluginDescription>
  execute(request: ExecuteRequest): Promise<JsonValue | undefined>
  /** Asks the run to end; it is given time to. */
  abort(reason: string): void
  /** Asks the run to come to rest at its next checkpoint; `held` answers it. */
  pause(): void
  resume(): void
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
  readonly region?: string
}

/** Characters of a message or of what a line carries, at most; the child cuts what is longer. */
export const MAX_TEXT = 16_384

const key = z.string().min(1).max(500)
const finite = z.number()

/** Every call that a plugin's process may make, with the shape of its arguments; anything else ends the process. */
export const hostCalls = {
  /** The plugin's code is there. */
  loaded: z.tuple([]),
  /** Each second: the plugin's event loop turns. */
  beat: z.tuple([z.object({ rssBytes: finite, cpuMs: finite })]),
  log: z.tuple([
    z
      .array(
        z.object({
          at: finite,
          level: z.enum(['debug', 'info', 'warn', 'error']),
          message: z.string().max(MAX_TEXT + 100),
          fields: z.record(z.string(), json).optional(),
        }),
      )
      .max(1000),
  ]),
  metrics: z.tuple([metricBatch]),
  /** Lines and samples that were said faster than they could be sent. */
  dropped: z.tuple([z.object({ lines: z.int().min(0), samples: z.int().min(0) })]),
  progress: z.tuple([finite, finite, z.string().max(1000).optional()]),
  step: z.tuple([
    z.object({
      path: z.string().max(1000),
      startedAt: finite,
      endedAt: finite,
      error: z.string().max(MAX_TEXT).optional(),
    }),
  ]),
  held: z.tuple([z.boolean()]),
  event: z.tuple([z.string().min(1).max(100), json]),
  secret: z.tuple([z.string().max(100)]),
  setConfig: z.tuple([z.record(z.string(), json)]),
  storageGet: z.tuple([key]),
  storageSet: z.tuple([key, json]),
  storageDelete: z.tuple([key]),
  storageList: z.tuple([z.string().max(500)]),
  storageCompareAndSet: z.tuple([key, json.optional(), json]),
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
  loaded: void
  beat: void
  log: void
  metrics: void
  dropped: void
  progress: void
  step: void
  held: void
  event: void
  secret: string
  setConfig: void
  storageGet: JsonValue | undefined
  storageSet: void
  storageDelete: void
  storageList: readonly { readonly key: string; readonly value: JsonValue }[]
  storageCompareAndSet: boolean
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

/** A plugin's process said something that no plugin's process says. */
export class NonsenseError extends Error {
  override readonly name = 'NonsenseError'
  readonly code = 'MESSAGE_INVALID'
}

/** Wraps an implementation so that arguments of the wrong shape never reach it; `onNonsense` is told of them. */
export function validated(api: HostApi, onNonsense: (error: NonsenseError) => void): HostApi {
  const calls = api as unknown as Record<HostCallName, (...args: unknown[]) => Promise<unknown>>
  const guard = (name: HostCallName) => {
    const call = calls[name]
    return async (...args: unknown[]) => {
      const parsed = (hostCalls[name] as z.ZodType<unknown[]>).safeParse(args)
      if (parsed.success) return call(...parsed.data)
      const error = new NonsenseError(`The call ${name} had arguments of the wrong shape: ${firstIssue(parsed.error)}.`)
      onNonsense(error)
      throw error
    }
  }
  return Object.fromEntries((Object.keys(hostCalls) as HostCallName[]).map((name) => [name, guard(name)])) as HostApi
}

/**
 * The same check on the plugin's side, where a mistake of its author is an error with a place, and not the end of the run.
 * @throws PluginError `PLUGIN_CALL_INVALID`
 */
export function checkCall(name: HostCallName, what: string, ...args: readonly unknown[]): void {
  checkGiven(hostCalls[name], what, args)
}

/** @throws PluginError `PLUGIN_CALL_INVALID` */
export function checkGiven(schema: z.ZodType, what: string, given: unknown): void {
  const parsed = schema.safeParse(given)
  if (parsed.success) return
  throw new PluginError('PLUGIN_CALL_INVALID', `${what} was called with something else: ${firstIssue(parsed.error)}.`, {
    hint: 'Look at the types of the context; everything that is handed over is JSON of a limited size.',
    retryable: false,
  })
}

export function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues
  return issue === undefined ? 'unknown' : `${issue.path.join('.') || 'arguments'}: ${issue.message}`
}
