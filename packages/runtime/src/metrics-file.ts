import { open } from 'node:fs/promises'
import { csvHead, csvOfBlocks, type MetricBlock, type MetricStore } from '@refbot/analytics'

export interface MetricsFileOptions {
  /** Absolute; asked at each append, since a reload may change it. Undefined: no file. */
  readonly file: () => string | undefined
  /** Told when a file that worked cannot be written to: once, until it works again. */
  readonly onError: (file: string, error: unknown) => void
}

/**
 * The store of metrics, whose raw samples are also appended to a CSV file once they are stored. The file is opened anew
 * each time, so that whoever rotates it needs to tell nobody. That it fails holds up no metric.
 */
export function withMetricsFile(store: MetricStore, { file, onError }: MetricsFileOptions): MetricStore {
  let failing: string | undefined
  return {
    ...(store.compact === undefined ? {} : { compact: store.compact.bind(store) }),
    read: (query) => store.read(query),
    prune: (tier, before, limit) => store.prune(tier, before, limit),
    async append(blocks) {
      await store.append(blocks)
      const path = file()
      if (path === undefined) return
      try {
        await appendSamples(path, blocks)
        failing = undefined
      } catch (error) {
        if (failing !== path) onError(path, error)
        failing = path
      }
    },
  }
}

async function appendSamples(path: string, blocks: readonly MetricBlock[]): Promise<void> {
  const lines = csvOfBlocks(blocks)
  if (lines === '') return
  await using handle = await open(path, 'a', 0o600)
  const { size } = await handle.stat()
  await handle.appendFile(size === 0 ? csvHead() + lines : lines)
}
