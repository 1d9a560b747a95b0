import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { LogLevel, PluginContext, PluginLog, RunInfo } from '@refbot/plugin-sdk'
import { PluginError, StoppedError } from '@refbot/plugin-sdk'
import type { BirpcReturn } from 'birpc'
import { Batch } from './batch.ts'
import { createBrowser } from './child-browser.ts'
import { createHttp } from './child-http.ts'
import { createSteps } from './child-steps.ts'
import type { ChildApi, HostApi } from './protocol.ts'

export interface ChildContextOptions {
  readonly host: BirpcReturn<HostApi, ChildApi>
  readonly run: RunInfo
  readonly config: unknown
  readonly artifactsDir: string
  readonly signal: AbortSignal
}

/** A context that can be brought to rest: everything that was written is with the host when it has settled. */
export interface ChildContext extends PluginContext<unknown> {
  settle(): Promise<void>
}

const BATCH = { limit: 500, delayMs: 100 }
const ARTIFACT_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/

/** The plugin's side of `ctx`: everything beyond this process is asked of the host. */
export function createContext({ host, run, config, artifactsDir, signal }: ChildContextOptions): ChildContext {
  type LogLine = Parameters<HostApi['log']>[0][number]
  type Sample = Parameters<HostApi['metrics']>[0][number]
  const lines = new Batch<LogLine>((batch) => host.log(batch), BATCH)
  const samples = new Batch<Sample>((batch) => host.metrics(batch), BATCH)
  const steps = createSteps((step) => host.step(step))
  const browser = createBrowser(host)

  const log = Object.fromEntries(
    (['debug', 'info', 'warn', 'error'] as const).map((level: LogLevel) => [
      level,
      (message: string, fields?: LogLine['fields']) =>
        lines.add({ at: Date.now(), level, message: String(message), ...(fields === undefined ? {} : { fields }) }),
    ]),
  ) as PluginLog

  const record = (name: string, value: number, labels: Readonly<Record<string, string>> = {}) => {
    if (!Number.isFinite(value)) {
      throw new PluginError('METRIC_VALUE_INVALID', `The metric ${name} cannot hold ${value}.`, { retryable: false })
    }
    samples.add({ name, value, labels, at: Date.now() })
  }

  return {
    run,
    config: config as Readonly<unknown>,
    signal,
    log,
    async checkpoint() {
      if (signal.aborted) throw new StoppedError()
      await host.checkpoint()
      if (signal.aborted) throw new StoppedError()
    },
    async sleep(ms) {
      await delay(ms, undefined, { signal }).catch(() => {
        throw new StoppedError()
      })
    },
    metrics: {
      record,
      async time(name, work, labels) {
        const began = performance.now()
        let succeeded = 0
        try {
          const result = await work()
          succeeded = 1
          return result
        } finally {
          record(name, performance.now() - began, labels)
          record(`${name}.success`, succeeded, labels)
        }
      },
    },
    progress(done, total, message) {
      void host.progress.asEvent(done, total, message).catch(() => undefined)
    },
    step: steps.run,
    storage: {
      get: (key) => host.storageGet(key),
      set: (key, value) => host.storageSet(key, value as Parameters<HostApi['storageSet']>[1]),
      delete: (key) => host.storageDelete(key),
      list: (prefix) => host.storageList(prefix),
    },
    proxies: {
      available: () => host.proxiesAvailable(),
      async lease({ exclude } = {}) {
        const { id, proxy } = await host.leaseProxy(exclude === undefined ? {} : { exclude: [...exclude] })
        return {
          id,
          proxy,
          fail: (reason) => host.failLease(id, reason),
          [Symbol.asyncDispose]: () => host.releaseLease(id),
        }
      },
    },
    browser,
    http: createHttp(host, signal),
    authorisation: (url) => host.authorisation(url),
    artifacts: {
      async write(name, content, contentType) {
        if (!ARTIFACT_NAME.test(name)) {
          throw new PluginError('ARTIFACT_NAME_INVALID', `"${name}" is no plain file name.`, {
            hint: 'Use letters, digits, dot, dash and underscore, 128 at most.',
            retryable: false,
          })
        }
        await writeFile(join(artifactsDir, name), content, { mode: 0o600 })
        return { name, contentType, ...(await host.artifact({ name, contentType })) }
      },
    },
    async settle() {
      await browser.close()
      await steps.settle()
      await Promise.all([lines.flush(), samples.flush()])
    },
  }
}
