export { MAX_LOG_BYTES } from './log.ts'
export { type LaunchRequest, type RunListeners, type RunnablePlugin, Runs, type RunsOptions } from './runs.ts'
