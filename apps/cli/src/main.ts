import { runCli } from './cli.ts'

// Whoever reads our output may have enough of it before we do: `refbot run list | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})
process.exitCode = await runCli(process.argv.slice(2), process)
