import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { AddedProxies } from '@refbot/client'
import { command } from '../command.ts'
import { CliError } from '../errors.ts'
import type { Session } from '../session.ts'

export const add = command({
  args: {
    from: {
      type: 'positional',
      required: true,
      more: true,
      description: 'A file with a list, - for stdin, or a proxy such as http://host:3128; several may be given.',
    },
    protocol: {
      type: 'enum',
      options: ['http', 'https', 'socks5'],
      default: 'http',
      description: 'Of entries that name none.',
    },
  },
  async run(session, { _: words, protocol }) {
    const lists = await read(session, words)
    const client = await session.client()
    const total: { added: string[]; known: string[]; errors: Fault[] } = { added: [], known: [], errors: [] }
    for (const { source, body } of lists) {
      const { added, known, errors } = await client.addProxies({ body: { ...body, protocol: protocol as Protocol } })
      total.added.push(...added)
      total.known.push(...known)
      total.errors.push(...errors.map((error) => ({ source, ...error })))
    }
    if (total.errors.length > 0) session.exitCode = 1
    session.print(total, () => summary(session, total))
  },
})

const one = { id: { type: 'positional', required: true, description: 'Id of the proxy, as it is listed.' } } as const

export const remove = command({
  args: one,
  async run(session, { id }) {
    const removed = await (await session.client()).removeProxy({ path: { id } })
    session.print(removed, () =>
      removed.inUse ? `${id} is not added any more; the configuration names it too, so it is used.` : `${id} is gone.`,
    )
  },
})

export const isolate = command({
  args: one,
  async run(session, { id }) {
    const proxy = await (await session.client()).isolateProxy({ path: { id } })
    session.print(proxy, () => `${id} is shut out until it is released.`)
  },
})

export const release = command({
  args: one,
  async run(session, { id }) {
    const proxy = await (await session.client()).releaseProxy({ path: { id } })
    session.print(proxy, () => `${id} is used again.`)
  },
})

type Protocol = 'http' | 'https' | 'socks5'
type Fault = AddedProxies['errors'][number] & { readonly source: string }
interface List {
  /** What its lines are told of. */
  readonly source: string
  readonly body: { readonly list: string } | { readonly proxies: string[] }
}

/** Every list is read before the first is sent. */
async function read(session: Session, words: readonly string[]): Promise<readonly List[]> {
  const lists: List[] = []
  const given: string[] = []
  for (const word of words) {
    if (word === '-') lists.push({ source: 'stdin', body: { list: await session.input() } })
    else {
      const list = await fileOf(resolve(session.cwd, word), word)
      if (list === undefined) given.push(word)
      else lists.push({ source: word, body: { list } })
    }
  }
  return given.length === 0 ? lists : [...lists, { source: 'argument', body: { proxies: given } }]
}

/** Undefined where there is no such file, and it can be a proxy. */
async function fileOf(path: string, word: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    if (code === 'ENOENT' && word.includes(':')) return undefined
    throw new CliError(
      'CLI_FILE_UNREADABLE',
      `The file ${path} cannot be read (${code}).`,
      'Check its path and rights.',
      {
        cause: error,
      },
    )
  }
}

const SHOWN = 50

function summary(
  { paint }: Session,
  { added, known, errors }: { added: readonly string[]; known: readonly string[]; errors: readonly Fault[] },
): string {
  const faults = errors
    .slice(0, SHOWN)
    .map(({ source, line, reason }) => `${paint('■', 'red')} ${source}:${line}: ${reason}`)
  if (errors.length > SHOWN) faults.push(`and ${errors.length - SHOWN} more; all of them with --json`)
  const before = known.length === 0 ? '' : `, ${known.length} had been added before`
  const bad = errors.length === 0 ? '' : `, ${errors.length} could not be read`
  return [...faults, `${added.length} added${before}${bad}.`].join('\n')
}
