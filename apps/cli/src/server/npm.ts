import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { CliError } from '../errors.ts'

/**
 * Runs npm; scripts of packages never run.
 * @throws CliError `NPM_MISSING`, `NPM_FAILED`
 */
export async function npm(
  args: readonly string[],
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<void> {
  const [name = '', ...rest] = args
  const always = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error']
  try {
    await promisify(execFile)('npm', [name, ...always, ...rest], { cwd, env, maxBuffer: 2 ** 24 })
  } catch (error) {
    const { code, stderr = '', message } = error as { code?: unknown; stderr?: string; message: string }
    if (code === 'ENOENT') {
      throw new CliError('NPM_MISSING', 'There is no npm here.', 'Install npm, which comes with Node.', {
        cause: error,
      })
    }
    const said = stderr
      .split('\n')
      .flatMap((line) => /^npm (?:error|ERR!) (?!A complete log|code )(.+)$/.exec(line)?.[1] ?? [])
    throw new CliError(
      'NPM_FAILED',
      `npm ${name} failed: ${said.slice(0, 3).join(' ') || message}`,
      'Check the name, and that npm reaches its registry from here.',
      { cause: error },
    )
  }
}
