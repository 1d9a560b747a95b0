export type { MemoryPortOptions, Recorded, TestAnswer } from './memory-port.ts'
export {
  expectPluginContract,
  type PluginContractOptions,
  type RunPluginOptions,
  runPlugin,
  type TestRun,
} from './run-plugin.ts'
export { TestClock } from './test-clock.ts'
export { createTestContext, type TestContext, type TestContextOptions } from './test-context.ts'
