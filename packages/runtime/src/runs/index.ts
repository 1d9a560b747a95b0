export { MAX_LOG_BYTES } from './log.ts'
export { runJob } from './run-job.ts'
export { Runs } from './runs.ts'
export type { LaunchRequest, RunListeners, RunnablePlugin, RunRequest, RunsOptions, Settings } from './types.ts'
