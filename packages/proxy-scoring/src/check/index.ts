export {
  type CheckAnswer,
  type CheckOptions,
  type CheckProgress,
  type CheckResult,
  checkProxies,
} from './check.ts'
export { ProxyChecker, type ProxyCheckerOptions } from './checker.ts'
export type { CheckTls } from './connector.ts'
