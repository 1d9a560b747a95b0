import { stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import type { JsonValue, PluginPermission } from '@refbot/plugin-sdk'
import { EventLimits, type LogLine, type Redactor } from '@refbot/plugin-sdk/host'
import { RefbotError } from '../errors.ts'
import type { Store } from '../store/index.ts'
import { HttpDesk } from './http-desk.ts'
import type { MetricBatch } from './metric-batch.ts'
import type { HostApi } from './protocol.ts'
import { WayOut, type WayOutOptions } from './way-out.ts'

export interface RunProgress {
  readonly done: number
  readonly total: number
  readonly message?: string
}

export interface SessionOptions extends WayOutOptions {
  readonly attempt: number
  readonly plugin: string
  readonly permissions: ReadonlySet<string>
  readonly artifactsDir: string
  readonly store: Pick<Store, 'runs' | 'artifacts' | 'pluginValues' | 'tell'>
  /** Knows what must not be shown. */
  readonly redactor: Redactor
  /** Names of the secrets that the plugin may read. */
  readonly secrets: ReadonlySet<string>
  /** @throws RefbotError `SECRET_MISSING` */
  readonly readSecret: (name: string) => string
  /** Writes the plugin's settings to its manifest; validated first. */
  readonly setConfig: (settings: JsonValue) => Promise<void>
  /** The run has come to rest at a checkpoint, or goes on. */
  readonly onHeld: (held: boolean) => Promise<void>
  readonly onLog: (line: LogLine) => void
  readonly onMetrics: (batch: MetricBatch) => void
  /** Of what it said, so much could not be sent. */
  readonly onDropped: (dropped: { readonly lines: number; readonly samples: number }) => void
  readonly onProgress: (progress: RunProgress) => void
}

/** The host's side of `ctx` for one attempt: it holds the attempt's pages, leases and browser, and ends them with it. */
export class RunSession implements AsyncDisposable {
  readonly api: HostApi
  readonly #options: SessionOptions
  readonly #wayOut: WayOut
  readonly #http: HttpDesk
  #steps = 0
  #droppedTold = false
  readonly #events = new EventLimits()

  constructor(options: SessionOptions) {
    this.#options = options
    const wayOut = new WayOut(options)
    const http = new HttpDesk(wayOut)
    this.#wayOut = wayOut
    this.#http = http
    const { runId, attempt, plugin, store, redactor } = options
    this.api = {
      // Both are answered by the process that they come from.
      loaded: async () => undefined,
      beat: async () => undefined,
      log: async (lines) => {
        for (const line of lines) options.onLog(line as LogLine)
      },
      metrics: async (batch) => options.onMetrics(batch),
      dropped: async (dropped) => {
        // Said once, at the end; a process that goes on with it gets no more lines for it.
        if (this.#droppedTold) return
        this.#droppedTold = true
        options.onDropped(dropped)
      },
      progress: async (done, total, message) =>
        options.onProgress({ done, total, ...(message === undefined ? {} : { message }) }),
      step: async ({ error, path, ...step }) => {
        this.#steps += 1
        const said = { path: redactor.text(path), ...(error === undefined ? {} : { error: redactor.text(error) }) }
        await store.runs.addSteps(runId, [{ ...step, ...said, attempt, number: this.#steps }])
      },
      held: (held) => options.onHeld(held),
      event: (name, data) => this.#tellEvent(name, data as JsonValue),
      secret: async (name) => this.#secret(name),
      setConfig: (settings) => options.setConfig(settings as JsonValue),
      storageGet: (key) => store.pluginValues.get(plugin, key),
      storageSet: (key, value) => store.pluginValues.set(plugin, key, value as JsonValue),
      storageDelete: (key) => store.pluginValues.delete(plugin, key),
      storageCompareAndSet: (key, expected, value) =>
        store.pluginValues.compareAndSet(plugin, key, expected as JsonValue | undefined, value as JsonValue),
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

  async #tellEvent(name: string, data: JsonValue): Promise<void> {
    this.#events.count(name, data)
    const { runId, plugin, store, redactor } = this.#options
    await store.tell('plugin.event', { plugin, runId, name, data: redactor.json(data) })
  }

  #secret(name: string): string {
    const { secrets, readSecret, redactor, plugin } = this.#options
    if (!secrets.has(name)) {
      throw new RefbotError('SECRET_NOT_GRANTED', `The secret ${JSON.stringify(name)} is not granted to ${plugin}.`, {
        hint: 'The plugin must name it, and "secrets" in its plugin_config.json must grant it.',
      })
    }
    const value = readSecret(name)
    redactor.add(name, value)
    return value
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
