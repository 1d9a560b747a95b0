import { join } from 'node:path'
import { type SiteFault, siteFaults } from '@refbot/demo-site'
import { RefbotError } from '@refbot/runtime'
import { defineCommand } from 'citty'
import { report } from './report.ts'
import { runDemo } from './run.ts'

const MIN_SUBMISSIONS = 6

export const demo = defineCommand({
  meta: {
    name: 'demo',
    description: 'Runs the main job end to end against a sign-up site and proxies on this machine.',
  },
  args: {
    submissions: { type: 'string', description: `How many people sign up; ${MIN_SUBMISSIONS} at least.`, default: '9' },
    'site-fault': { type: 'string', description: 'A fault of the sign-up site, such as drop-one.', default: 'none' },
    json: { type: 'boolean', description: 'One JSON document on stdout.' },
  },
  async run({ args }) {
    const siteFault = faultOf(args['site-fault'])
    const submissions = countOf(args.submissions)
    const folder = join(process.cwd(), '.refbot-demo', new Date().toISOString().replaceAll(/[:.]/g, '-'))
    await using running = await runDemo({
      folder,
      submissions,
      siteFault,
      onProgress: (line) => process.stderr.write(`${line}\n`),
    })
    const { outcome } = running
    if (args.json === true) {
      const { run, batch, scores, problems, artifactsDir } = outcome
      process.stdout.write(`${JSON.stringify({ run, batch, scores, problems, artifactsDir })}\n`)
    } else process.stdout.write(`\n${report(outcome)}\n`)
    if (outcome.problems.length > 0) {
      throw new RefbotError('DEMO_MISMATCH', `The demo's sides do not agree. ${outcome.problems.join(' ')}`, {
        hint: `Its site, proxies and run left their records in ${folder}.`,
      })
    }
    process.stderr.write("\nThe site's database and the proxies' access logs agree with every row.\n")
  },
})

function faultOf(name: string): SiteFault {
  if (Object.hasOwn(siteFaults, name)) return name as SiteFault
  throw new RefbotError('DEMO_FAULT_UNKNOWN', `The demo site knows no fault "${name}".`, {
    hint: `Known faults: ${Object.keys(siteFaults).join(', ')}.`,
  })
}

function countOf(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count >= MIN_SUBMISSIONS && count <= 500) return count
  throw new RefbotError('DEMO_SUBMISSIONS_INVALID', `"${text}" is no number of submissions.`, {
    hint: `Give a whole number from ${MIN_SUBMISSIONS} to 500.`,
  })
}
