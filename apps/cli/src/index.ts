export { type CliProcess, runCli } from './cli.ts'
export { VERSION } from './version.ts'
