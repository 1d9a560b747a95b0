import type { StopReason } from '@refbot/runtime'
import { command } from '../command.ts'
import { wholeNumber } from '../parse.ts'
import { configRequest } from '../server/config-request.ts'
import type { End } from '../server/signals.ts'
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
    { openApi },
    { untilEnded, FAILED },
    { announcer },
    { onHangup },
    { reloader },
    { serviceManager },
    { logOutput },
  ] = await Promise.all([
    import('@refbot/runtime'),
    import('../server/open-api.ts'),
    import('../server/signals.ts'),
    import('../server/announce.ts'),
    import('../server/hangup.ts'),
    import('../server/reloader.ts'),
    import('../server/service-manager.ts'),
    import('../server/log-output.ts'),
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
  using hangup = onHangup(process)
  const { config, notices } = await loadConfig(request)
  session.warn(notices.map(describeProblem))
  using ended = untilEnded(process)
  const output = session.flags.json ? undefined : logOutput(session.stdout, session.paint)
  await using refbot = await createRefbot(config, output === undefined ? {} : { log: output })
  const announce = announcer(session, refbot, notices)
  using manager = serviceManager({ env: session.env, pid: process.pid, warn: announce.warn })
  let url: string | undefined
  const status = () => (url === undefined ? 'Runs without an API' : `API on ${url}`)
  const reload = reloader({ refbot, request, loadConfig, announce, manager, status })
  await using stack = new AsyncDisposableStack()
  const listens = config.mode === 'api' && config.api.enable
  try {
    if (listens) url = stack.use(await openApi(refbot, { reload })).url
    await refbot.start()
  } catch (error) {
    refbot.log.fatal({ error }, 'could not start')
    throw error
  }
  output?.open()
  announce.started({ version: VERSION, url })
  hangup.follow(reload)
  await manager.ready(status())
  const end = await ended.end
  announce.stopping(end)
  if (end.kind === 'failure') session.exitCode = FAILED
  await manager.stopping(end.kind === 'signal' ? end.signal : 'An error that nobody caught')
  await stack.disposeAsync()
  await refbot.stop(stopReason(end))
}

/** As it is recorded. The text of an error may hold anything: it is left to the log. */
function stopReason(end: End): StopReason {
  if (end.kind === 'signal') return { reason: 'signal', signal: end.signal }
  const { error } = end
  if (!(error instanceof Error)) return { reason: 'failure', error: typeof error }
  return { reason: 'failure', error: 'code' in error && typeof error.code === 'string' ? error.code : error.name }
}
