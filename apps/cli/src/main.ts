import { runCli } from './cli.ts'

// Whoever reads our output may have enough of it before we do: `refbot run list | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  // A server listens itself: it goes on without readers.
  if (process.stdout.listenerCount('error') === 1) process.exit(0)
})
process.exitCode = await runCli(process.argv.slice(2), process)
