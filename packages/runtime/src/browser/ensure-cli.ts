/** Set-up: `node --conditions=@refbot/source ensure-cli.ts [--headed]` finds or fetches a browser and prints its path. */
import { RefbotError } from '../errors.ts'
import { ensureBrowser } from './ensure.ts'

try {
  const headless = !process.argv.includes('--headed')
  const executable = await ensureBrowser({ headless, log: (line) => process.stdout.write(`${line}\n`) })
  process.stdout.write(`Browser: ${executable}\n`)
} catch (error) {
  if (!(error instanceof RefbotError)) throw error
  process.stderr.write(`${error.message} (${error.code}). ${error.hint ?? ''}\n`)
  process.exitCode = 1
}
