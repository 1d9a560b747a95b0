import { stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import type { JsonValue, LogLevel, PluginPermission } from '@refbot/plugin-sdk'
import { RefbotError } from '../errors.ts'
import type { Store } from '../store/index.ts'
import { HttpDesk } from './http-desk.ts'
import type { HostApi } from './protocol.ts'
import { WayOut, type WayOutOptions } from './way-out.ts'

export interface RunProgress {
  readonly done: number
  readonly total: number
  readonly message?: string
}

export interface LogLine {
  readonly at: number
  readonly level: LogLevel
  readonly message: string
  readonly fields?: Readonly<Record<string, JsonValue>>
}

export interface MetricSample {
  readonly name: string
  readonly value: number
  readonly labels: Readonly<Record<string, string>>
  readonly at: number
}

export interface SessionOptions extends WayOutOptions {
  readonly attempt: number
  readonly plugin: string
  readonly permissions: ReadonlySet<string>
  readonly artifactsDir: string
  readonly store: Pick<Store, 'runs' | 'artifacts' | 'pluginValues'>
  readonly onLog: (line: LogLine) => void
  readonly onMetrics: (samples: readonly MetricSample[]) => void
  readonly onProgress: (progress: RunProgress) => void
}

/** The host's side of `ctx` for one attempt: it holds the attempt's pages, leases and browser, and ends them with it. */
export class RunSession implements AsyncDisposable {
  readonly api: HostApi
  readonly #options: SessionOptions
  readonly #wayOut: WayOut
  readonly #http: HttpDesk
  #steps = 0

  constructor(options: SessionOptions) {
    this.#options = options
    const wayOut = new WayOut(options)
    const http = new HttpDesk(options.egress.gate, (url, leaseId) => wayOut.open(url, leaseId))
    this.#wayOut = wayOut
    this.#http = http
    const { runId, attempt, plugin, store } = options
    this.api = {
      log: async (lines) => {
        for (const { fields, ...line } of lines)
          options.onLog(fields === undefined ? line : { ...line, fields: fields as Record<string, JsonValue> })
      },
      metrics: async (samples) => options.onMetrics(samples),
      progress: async (done, total, message) =>
        options.onProgress({ done, total, ...(message === undefined ? {} : { message }) }),
      step: async ({ error, ...step }) => {
        this.#steps += 1
        await store.runs.addSteps(runId, [
          { ...step, attempt, number: this.#steps, ...(error === undefined ? {} : { error }) },
        ])
      },
      checkpoint: async () => undefined,
      storageGet: (key) => store.pluginValues.get(plugin, key),
      storageSet: (key, value) => store.pluginValues.set(plugin, key, value as JsonValue),
      storageDelete: (key) => store.pluginValues.delete(plugin, key),
      storageList: (prefix) => store.pluginValues.list(plugin, prefix),
      proxiesAvailable: async () => options.proxies.size > 0,
      leaseProxy: async ({ exclude = [] }) => {
        this.#need('proxies')
        return wayOut.leaseProxy(exclude)
      },
      failLease: async (id, reason) => wayOut.failLease(id, reason),
      releaseLease: async (id) => wayOut.releaseLease(id),
      openPage: async ({ target, leaseId }) => {
        this.#need('browser')
        return wayOut.openPage(target, leaseId)
      },
      pageEgress: async (id) => wayOut.egressOf(id),
      closePage: (id) => wayOut.closePage(id),
      httpBody: async (id, part) => http.addBody(id, part),
      httpRequest: async (request) => {
        this.#need('http')
        return http.request(request)
      },
      httpRead: (id) => http.read(id),
      httpCancel: (id) => http.cancel(id),
      authorisation: (url) => wayOut.authorisation(url),
      artifact: (artifact) => this.#keepArtifact(artifact),
    }
  }

  async #keepArtifact({ name, contentType }: { name: string; contentType: string }) {
    const { artifactsDir, runId, store } = this.#options
    const file = resolve(join(artifactsDir, name))
    if (!file.startsWith(resolve(artifactsDir) + sep)) {
      throw new RefbotError('ARTIFACT_NAME_INVALID', `"${name}" is no plain file name.`)
    }
    const { size } = await stat(file)
    await store.artifacts.add({ runId, name, contentType, bytes: size })
    return { bytes: size }
  }

  #need(permission: PluginPermission): void {
    if (this.#options.permissions.has(permission)) return
    throw new RefbotError('PLUGIN_PERMISSION_MISSING', `The plugin did not ask for the permission "${permission}".`, {
      hint: 'Name it in the permissions of its manifest.',
    })
  }

  /** The plugin said that a site turned it away. */
  reportRefusal(): Promise<void> {
    return this.#wayOut.reportRefusal()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#http[Symbol.asyncDispose]()
    await this.#wayOut[Symbol.asyncDispose]()
  }
}
