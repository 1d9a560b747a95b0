import { parseArgs } from 'node:util'
import { CreatePluginError } from './errors.ts'
import { nextSteps } from './next-steps.ts'
import { TEMPLATES } from './templates.ts'
import { createAsWished } from './wishes.ts'

/** What the program runs in. */
export interface CreateProcess {
  readonly env: NodeJS.ProcessEnv
  readonly cwd: () => string
  readonly stdin: { readonly isTTY?: boolean }
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean }
  readonly stderr: NodeJS.WritableStream
}

const HELP = `npm create @refbot/plugin [folder or @scope/name] -- [flags]

  --template <name>   ${Object.entries(TEMPLATES)
    .map(([name, about]) => `${name}: ${about}`)
    .join('\n                      ')}
  --name <package>    name of the npm package; default: refbot-plugin-<folder>
  --overwrite         replace the files of the template in a folder that is not empty; others are kept
  --no-interactive    ask nothing; also where there is no terminal, or CI is set
  --help              this text
`

/** Runs one command line. @returns the exit code; nothing is thrown that a user can meet */
export async function run(argv: readonly string[], io: CreateProcess): Promise<number> {
  try {
    const { values, target } = read(argv)
    if (values.help === true) {
      io.stdout.write(HELP)
      return 0
    }
    const asks =
      values.interactive !== false && io.stdin.isTTY === true && io.stdout.isTTY === true && !truthy(io.env.CI)
    const { name, template, overwrite } = values
    const created = await createAsWished(
      { cwd: io.cwd(), target, name, template, overwrite },
      asks ? await (await import('./prompts.ts')).terminalAsk() : undefined,
    )
    const steps = nextSteps(created, io.cwd(), io.env)
    io.stdout.write(
      `Wrote ${created.name} (${created.id} in RefBot) to ${created.folder}: ${created.files.length} files.\n\n` +
        `Next:\n${steps.map((step) => `  ${step}\n`).join('')}`,
    )
    return 0
  } catch (error) {
    if (!(error instanceof CreatePluginError)) throw error
    io.stderr.write(`■ error ${error.message} (${error.code})\n  ${error.hint}\n`)
    return error.exitCode
  }
}

function read(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      allowNegative: true,
      options: {
        template: { type: 'string' },
        name: { type: 'string' },
        overwrite: { type: 'boolean' },
        interactive: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    const [target, ...more] = positionals
    if (more.length === 0) return { values, target }
    throw new TypeError(`One folder or name is enough; "${more[0]}" is one too many`)
  } catch (error) {
    const [sentence = ''] = (error as Error).message.split(/\. /)
    throw new CreatePluginError('CREATE_USAGE', `${sentence.replace(/\.$/, '')}.`, 'See --help.', { exitCode: 2 })
  }
}

function truthy(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false'
}
