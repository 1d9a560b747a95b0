import { command } from '../command.ts'
import { wholeNumber } from '../parse.ts'
import { configRequest } from '../server/config-request.ts'
import type { Session } from '../session.ts'
import { VERSION } from '../version.ts'

const listen = {
  port: { type: 'string', valueHint: 'n', description: '0 takes a free one; default: the configuration, 8000.' },
  host: {
    type: 'string',
    valueHint: 'address',
    description: 'Where the API listens; default: the configuration, 127.0.0.1.',
  },
} as const

export const start = command({
  args: {
    mode: { type: 'enum', options: ['api', 'headless'], description: '`headless` runs without the API.' },
    ...listen,
  },
  run: (session, { mode, ...rest }) => serve(session, mode === undefined ? rest : { ...rest, mode }),
})

export const apiStart = command({
  args: listen,
  run: (session, args) => serve(session, { ...args, mode: 'api', api: true }),
})

interface ServeOptions {
  readonly mode?: 'api' | 'headless'
  /** Over what the configuration says of `api.enable`. */
  readonly api?: true
  readonly host?: string | undefined
  readonly port?: string | undefined
}

/** Runs RefBot until it is interrupted. Whatever is wrong with its configuration or its port is found before anything fires. */
async function serve(session: Session, { mode, api, host, port }: ServeOptions): Promise<void> {
  const number = port === undefined ? undefined : wholeNumber('port', port, 0, 65_535)
  const [
    { createRefbot, describeProblem, loadConfig },
    { startApi },
    { untilInterrupted },
    { announcer },
    { writeApiFile },
    { onHangup },
  ] = await Promise.all([
    import('@refbot/runtime'),
    import('@refbot/api'),
    import('../server/signals.ts'),
    import('../server/announce.ts'),
    import('../server/api-file.ts'),
    import('../server/hangup.ts'),
  ])
  const said = configRequest(session)
  const request = {
    ...said,
    overrides: {
      ...said.overrides,
      ...(mode === undefined ? {} : { mode }),
      api: {
        ...(host === undefined ? {} : { host }),
        ...(number === undefined ? {} : { port: number }),
        ...(api === undefined ? {} : { enable: api }),
      },
    },
    flags: {
      ...said.flags,
      mode: api === undefined ? '--mode' : 'api start',
      'api.enable': 'api start',
      'api.host': '--host',
      'api.port': '--port',
    },
  }
  const { config, notices } = await loadConfig(request)
  session.warn(notices.map(describeProblem))
  using interruption = untilInterrupted(process)
  await using refbot = await createRefbot(config)
  await using stack = new AsyncDisposableStack()
  const listens = config.mode === 'api' && config.api.enable
  const server = listens ? stack.use(await startApi(refbot)) : undefined
  await refbot.start()
  if (server !== undefined) stack.use(writeApiFile(config.dataDir, { url: server.url, pid: process.pid }))
  const announce = announcer(session, refbot, notices)
  announce.started({ version: VERSION, url: server?.url })
  using _hangup = onHangup(process, async () => {
    try {
      announce.reloaded(await refbot.reload((await loadConfig(request)).config))
    } catch (error) {
      announce.notReloaded(error)
    }
  })
  const signal = await interruption.signal
  announce.stopping(signal)
}
