import { runCli } from './cli.ts'

/** A server listens itself: it goes on without readers, and does not wait for them once it has stopped. */
const isServer = () => process.stdout.listenerCount('error') > 1
/** How long a stopped server waits for a reader to take its last lines, ms. */
const LAST_LINES_MS = 1000

// Whoever reads our output may have enough of it before we do: `refbot run list | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  if (!isServer()) process.exit(0)
})
process.exitCode = await runCli(process.argv.slice(2), process)
if (isServer()) setTimeout(() => process.exit(), LAST_LINES_MS).unref()
