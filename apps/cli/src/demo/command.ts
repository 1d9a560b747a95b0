import { join, relative } from 'node:path'
import { type SiteFault, siteFaults } from '@refbot/demo-site'
import { command } from '../command.ts'
import { CliError, usageError } from '../errors.ts'
import { wholeNumber } from '../parse.ts'
import type { Session } from '../session.ts'
import { neutral } from '../terminal/text.ts'
import { report } from './report.ts'
import { type RunningDemo, runDemo } from './run.ts'

export const demo = command({
  args: {
    submissions: {
      type: 'string',
      valueHint: 'n',
      default: '9',
      description: 'How many people sign up, from 6 to 500.',
    },
    'site-fault': {
      type: 'string',
      valueHint: 'name',
      default: 'none',
      description: `What is wrong with the sign-up site: ${Object.keys(siteFaults).join(', ')}.`,
    },
    keep: { type: 'boolean', description: 'Leave site, proxies and API running afterwards, until interrupted.' },
    port: {
      type: 'string',
      valueHint: 'n',
      default: '8000',
      description: 'Of the API, with --keep; 0 takes a free one.',
    },
  },
  async run(session, args) {
    const siteFault = faultOf(args['site-fault'])
    const submissions = wholeNumber('submissions', args.submissions, 6, 500)
    const port = wholeNumber('port', args.port, 0, 65_535)
    const folder = join(session.cwd, '.refbot-demo', new Date().toISOString().replaceAll(/[:.]/g, '-'))
    await using running = await runDemo({
      folder,
      submissions,
      siteFault,
      onProgress: (line) => process.stderr.write(`${neutral(line)}\n`),
    })
    const { run, batch, scores, problems, artifactsDir } = running.outcome
    session.print({ run, batch, scores, problems, artifactsDir }, () => `\n${report(session, running.outcome)}`)
    if (problems.length > 0) {
      throw new CliError(
        'DEMO_MISMATCH',
        `The demo's sides do not agree. ${problems.join(' ')}`,
        `Its site, proxies and run left their records in ${relative(session.cwd, folder)}.`,
      )
    }
    process.stderr.write("\nThe site's database and the proxies' access logs agree with every row.\n")
    if (args.keep === true) await serve(session, running, port)
  },
})

function faultOf(name: string): SiteFault {
  if (Object.hasOwn(siteFaults, name)) return name as SiteFault
  const known = Object.keys(siteFaults).join(', ')
  throw usageError('DEMO_FAULT_UNKNOWN', `The demo site knows no fault "${name}".`, `Known faults: ${known}.`)
}

/** Keeps everything up, with the API, for whoever wants to look around. */
async function serve({ cwd }: Session, { refbot, world }: RunningDemo, port: number): Promise<void> {
  const [{ openApi }, { untilEnded }] = await Promise.all([
    import('../server/open-api.ts'),
    import('../server/signals.ts'),
  ])
  const { dataDir } = refbot.config
  using ended = untilEnded(process)
  await using server = await openApi(refbot, { host: '127.0.0.1', port })
  const flag = `--data-dir ${relative(cwd, dataDir)}`
  process.stderr.write(
    [
      `\nThe sign-up site stays on ${world.site.url}/signup, the API on ${server.url}, until you press Ctrl-C. Try:`,
      `  refbot plugin list ${flag}`,
      `  refbot plugin start registration --wait ${flag}`,
      `  refbot proxies score ${flag}\n`,
    ].join('\n'),
  )
  const end = await ended.end
  if (end.kind === 'failure') throw end.error
}
