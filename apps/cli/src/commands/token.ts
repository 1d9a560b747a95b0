import { RefbotApiError, type Token } from '@refbot/client'
import { command } from '../command.ts'
import { usageError } from '../errors.ts'
import { wholeNumber } from '../parse.ts'
import { configRequest } from '../server/config-request.ts'
import type { Session } from '../session.ts'
import type { Cell } from '../terminal/table.ts'
import { localTime } from '../terminal/text.ts'

const DAY_MS = 86_400_000

type Rights = 'admin' | 'read'
interface Wanted {
  readonly name: string
  readonly rights: Rights
  /** Epoch milliseconds. */
  readonly expiresAt: number | undefined
}

export const create = command({
  args: {
    name: { type: 'positional', required: true, description: 'Who or what it is for.' },
    rights: { type: 'enum', options: ['admin', 'read'], default: 'read', description: '`read` may only look.' },
    days: { type: 'string', valueHint: 'n', description: 'It expires after so many; default: never.' },
  },
  async run(session, { name, rights, days }) {
    const expiresAt = days === undefined ? undefined : Date.now() + wholeNumber('days', days, 1, 36_500) * DAY_MS
    const wanted = { name, rights: rights as Rights, expiresAt }
    const { token, record } = await askedOrOffline(session, wanted)
    session.print({ token, record }, () =>
      [token, '', `Token ${record.id}, ${record.rights}. It is shown this once: only its hash is kept.`].join('\n'),
    )
  },
})

export const list = command({
  args: {},
  async run(session) {
    const { tokens } = await (await session.client()).listTokens()
    session.print({ tokens }, () => {
      if (tokens.length === 0) return 'No tokens but the admin token. Make one: refbot token create <name>'
      const heads = ['TOKEN', 'NAME', 'RIGHTS', 'CREATED', 'LAST USED', 'STATE'].map((head) => ({ head }))
      return session.table(
        heads,
        tokens.map((token) => row(token, Date.now())),
      )
    })
  },
})

export const revoke = command({
  args: { id: { type: 'positional', required: true, description: 'Id of the token.' } },
  async run(session, { id }) {
    const { tokens } = await (await session.client()).revokeToken({ path: { id } })
    const token = tokens.find((each) => each.id === id)
    session.print({ token }, () => `Token ${id} (${token?.name}) is not valid any more.`)
  },
})

/** Where no server was named and none answers, in the data directory itself: its lock makes sure that none runs. */
async function askedOrOffline(session: Session, wanted: Wanted) {
  const { name, rights, expiresAt } = wanted
  const until = expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }
  try {
    return await (await session.client()).createToken({ body: { name, rights, ...until } })
  } catch (error) {
    const elsewhere = session.flags.url !== undefined || (session.env.REFBOT_URL ?? '') !== ''
    if (elsewhere || !(error instanceof RefbotApiError) || error.code !== 'API_UNREACHABLE') throw error
  }
  const { createTokenOffline, loadConfig } = await import('@refbot/runtime')
  const { config, file } = await loadConfig(configRequest(session))
  if (file === undefined && session.flags.dataDir === undefined && (session.env.REFBOT_DATA_DIR ?? '') === '') {
    throw usageError(
      'CLI_NO_DATA_DIRECTORY',
      'No RefBot answers, and there is no configuration here.',
      'Start RefBot, or name its data directory: --data-dir.',
    )
  }
  const { token, record } = await createTokenOffline(config.dataDir, {
    ...{ name, rights },
    ...(expiresAt === undefined ? {} : { expiresAt }),
  })
  const { id, createdAt } = record
  return { token, record: { id, name, rights, createdAt: new Date(createdAt).toISOString(), ...until } }
}

function row({ id, name, rights, createdAt, lastUsedAt, expiresAt, revokedAt }: Token, now: number): Cell[] {
  const over = expiresAt !== undefined && Date.parse(expiresAt) <= now
  const state = revokedAt !== undefined ? 'revoked' : over ? 'expired' : 'valid'
  return [id, name, rights, localTime(createdAt), lastUsedAt === undefined ? 'never' : localTime(lastUsedAt), state]
}
