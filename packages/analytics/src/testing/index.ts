export { ManualClock } from './manual-clock.ts'
export { type MakeMetricStore, metricStoreContract, type TestFunctions } from './store-contract.ts'
