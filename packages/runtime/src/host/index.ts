export type { LogLine, MetricSample } from '@refbot/plugin-sdk/host'
export { type AttemptControl, type AttemptOptions, runAttempt, STOP_LIMIT_MS } from './attempt.ts'
export { type DescribeOptions, describePlugin } from './describe.ts'
export { explainTarget, type OperatorLimits, type TargetExplained } from './egress-view.ts'
export { RunFailure } from './failure.ts'
export type { ActionCall, ActionDescription, PluginCode, PluginDescription } from './protocol.ts'
export type { RunProgress } from './session.ts'
export { INSTANCE_VARIABLE, RUN_VARIABLE, sweepProcesses } from './sweep.ts'

export { DEFAULT_LIMITS, type ProcessLimits } from './watchdog.ts'

export type { Egress } from './way-out.ts'
