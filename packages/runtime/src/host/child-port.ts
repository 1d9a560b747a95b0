import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JsonValue } from '@refbot/plugin-sdk'
import type { HostPort, LogLine, MetricSample } from '@refbot/plugin-sdk/host'
import type { BirpcReturn } from 'birpc'
import { Batch } from './batch.ts'
import { createBrowser } from './child-browser.ts'
import { createHttp } from './child-http.ts'
import { metricSample, toBatch } from './metric-batch.ts'
import { type ChildApi, checkCall, checkGiven, type HostApi, MAX_TEXT } from './protocol.ts'

/** A port that can be brought to rest: everything that was said is with the host when it has settled. */
export interface ChildPort extends HostPort {
  settle(): Promise<void>
  /** Hands on what waits, at once: this process ends, and waits for nothing any more. */
  lastWords(): void
}

/** Well under the size of a frame, for both kinds: whatever waits fits into a few of them. */
const WEIGHT = 256 * 1024
const LINES = { limit: 500, weight: WEIGHT, delayMs: 100, capacity: 10_000 }
const SAMPLES = { limit: 2000, weight: WEIGHT, delayMs: 100, capacity: 100_000 }

export interface ChildPortOptions {
  readonly host: BirpcReturn<HostApi, ChildApi>
  readonly artifactsDir: string
  readonly signal: AbortSignal
}

/** What lies beyond a plugin's process, asked of the host over the pipe. */
export function createPort({ host, artifactsDir, signal }: ChildPortOptions): ChildPort {
  type Lines = Parameters<HostApi['log']>[0]
  const lines = new Batch<LogLine>((batch) => host.log(batch as Lines), {
    ...LINES,
    weigh: ({ message, fields }) => 100 + message.length * 3 + (fields === undefined ? 0 : weightOf(fields)),
  })
  const samples = new Batch<MetricSample>((batch) => host.metrics(toBatch(batch)), {
    ...SAMPLES,
    // As if each were a series of its own.
    weigh: ({ name, labels }) => 100 + name.length + weightOf(labels),
  })
  const browser = createBrowser(host)

  return {
    log: (line) => lines.add(cutLine(line)),
    metric(sample) {
      checkGiven(metricSample, 'metrics.record', sample)
      samples.add(sample)
    },
    progress(done, total, message) {
      checkCall('progress', 'progress', done, total, message)
      void host.progress.asEvent(done, total, message).catch(() => undefined)
    },
    step: ({ error, path, ...step }) =>
      host.step({
        ...step,
        path: path.slice(0, 1000),
        ...(error === undefined ? {} : { error: error.slice(0, 4000) }),
      }),
    held: (held) => void host.held.asEvent(held).catch(() => undefined),
    async event(name, data) {
      checkCall('event', 'events.emit', name, data)
      await host.event(name, written(data))
    },
    async secret(name) {
      checkCall('secret', 'secrets.get', name)
      return host.secret(name)
    },
    storage: {
      async get(key) {
        checkCall('storageGet', 'storage.get', key)
        return host.storageGet(key)
      },
      async set(key, value) {
        checkCall('storageSet', 'storage.set', key, value)
        await host.storageSet(key, written(value))
      },
      async delete(key) {
        checkCall('storageDelete', 'storage.delete', key)
        await host.storageDelete(key)
      },
      async list(prefix) {
        checkCall('storageList', 'storage.list', prefix)
        return host.storageList(prefix)
      },
      async compareAndSet(key, expected, value) {
        checkCall('storageCompareAndSet', 'storage.compareAndSet', key, expected, value)
        return host.storageCompareAndSet(key, expected === undefined ? undefined : written(expected), written(value))
      },
    },
    proxies: {
      available: () => host.proxiesAvailable(),
      async lease({ exclude } = {}) {
        const { id, proxy, region } = await host.leaseProxy(exclude === undefined ? {} : { exclude: [...exclude] })
        return {
          id,
          proxy,
          ...(region === undefined ? {} : { region }),
          fail: (reason) => host.failLease(id, String(reason).slice(0, 200)),
          [Symbol.asyncDispose]: () => host.releaseLease(id),
        }
      },
    },
    browser,
    http: createHttp(host, signal),
    async authorisation(url) {
      checkCall('authorisation', 'authorisation', url)
      return host.authorisation(url)
    },
    async writeArtifact(name, content, contentType) {
      checkCall('artifact', 'artifacts.write', { name, contentType })
      await writeFile(join(artifactsDir, name), content, { mode: 0o600 })
      return { name, contentType, ...(await host.artifact({ name, contentType })) }
    },
    async settle() {
      // A browser that was never reached cannot be let go of either: no reason to keep what was said.
      await browser.close().catch(() => undefined)
      await Promise.all([lines.flush(), samples.flush()])
      const dropped = { lines: lines.dropped, samples: samples.dropped }
      if (dropped.lines + dropped.samples > 0) await host.dropped(dropped)
    },
    lastWords() {
      lines.sendAll()
      samples.sendAll()
    },
  }
}

/** As JSON writes it: each part by itself, where the plugin's own value may hold the same one many times. */
export function written<Value extends JsonValue>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value
}

type Fields = NonNullable<LogLine['fields']>

/** A line as it may cross: text of a limited length, fields that are JSON. */
function cutLine({ at, level, message, fields }: LogLine): LogLine {
  const text = message.length > MAX_TEXT ? `${message.slice(0, MAX_TEXT)}… (cut)` : message
  return { at, level, message: text, ...(fields === undefined ? {} : { fields: jsonOnly(fields) }) }
}

function jsonOnly(fields: Fields): Fields {
  let text: string
  try {
    text = JSON.stringify(fields, tellable) ?? 'null'
  } catch (error) {
    return { unserialisable: error instanceof Error ? error.message : String(error) }
  }
  if (text.length > MAX_TEXT) return { cut: text.slice(0, MAX_TEXT) }
  const value = JSON.parse(text) as JsonValue
  // What is written as something else: a Date is one text.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : { value }
}

function tellable(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  return value instanceof Error ? { ...value, name: value.name, message: value.message } : value
}

/** Of a character 3 bytes at most, and of a name and its value what lies around them. */
function weightOf(fields: NonNullable<LogLine['fields']> | MetricSample['labels']): number {
  return JSON.stringify(fields).length * 3
}
