import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Series } from '@refbot/client'
import { command } from '../command.ts'
import { CliError, usageError } from '../errors.ts'
import { wholeNumber } from '../parse.ts'
import type { Cell } from '../terminal/table.ts'
import { bytes, figure } from '../terminal/text.ts'

const args = {
  hours: { type: 'string', valueHint: 'n', default: '24', description: 'How far back, 1 to 8784.' },
  name: { type: 'string', valueHint: 'metric', description: 'One metric; default: all.' },
} as const

function query({ hours, name }: { hours: string; name?: string | undefined }) {
  return { hours: wholeNumber('hours', hours, 1, 8784), ...(name === undefined ? {} : { name }) }
}

export const show = command({
  args,
  async run(session, given) {
    const asked = query(given)
    const client = await session.client()
    const metrics = await client.getMetrics({ query: asked })
    session.print(metrics, () => {
      if (metrics.series.length === 0) return `No samples in the last ${asked.hours} h.`
      const heads = [
        { head: 'METRIC' },
        { head: 'LABELS' },
        ...['COUNT', 'MEAN', 'P50', 'P95', 'MIN', 'MAX', 'LAST'].map((head) => ({ head, align: 'right' as const })),
      ]
      return session.table(heads, metrics.series.map(row))
    })
  },
})

export const exported = command({
  args: { ...args, file: { type: 'string', valueHint: 'file', description: 'Where to; default: stdout.' } },
  async run(session, given) {
    const asked = query(given)
    const { file } = given
    if (session.flags.json && file === undefined) {
      throw usageError('CLI_FLAG_CONFLICT', 'A CSV on stdout is no JSON document.', 'Add --file, or leave out --json.')
    }
    const client = await session.client()
    const { body } = await client.exportMetrics({ query: asked })
    if (file === undefined) {
      for await (const chunk of body) await session.write(chunk)
      return
    }
    const path = resolve(session.cwd, file)
    const size = await save(body, path)
    session.print({ file: path, bytes: size }, () => `Wrote ${bytes(size)} to ${path}`)
  },
})

/** Under its own name only once it is whole, so that a file of before is not lost to half a new one. */
async function save(body: AsyncIterable<Uint8Array>, path: string): Promise<number> {
  const draft = `${path}.part`
  const { pipeline } = await import('node:stream/promises')
  const stream = createWriteStream(draft)
  try {
    await pipeline(body, stream)
    await rename(draft, path)
    return stream.bytesWritten
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    const text = error instanceof Error ? error.message : String(error)
    throw new CliError(
      'CLI_FILE_UNWRITABLE',
      `${path} could not be written: ${text}.`,
      'Name a file in a folder that this user may write to.',
      {
        cause: error,
      },
    )
  }
}

function row(series: Series): Cell[] {
  const { count, mean, p50, p95, min, max, lastValue } = series
  const labels = Object.entries(series.labels).map(([name, value]) => `${name}=${value}`)
  const figures = [mean, p50, p95, min, max, lastValue].map((value) => (value === undefined ? '–' : figure(value)))
  return [series.name, labels.join(' '), String(count), ...figures]
}
