export {
  CIRCUIT_TRANSITIONS,
  type CircuitInput,
  type CircuitOptions,
  type CircuitState,
  DEFAULT_CIRCUIT,
} from './circuit.ts'
export { classifyConnectStatus, classifyFailure, classifySocksReply } from './classify.ts'
export { ProxyScoringError, type ProxyScoringErrorCode } from './errors.ts'
export { type FailoverAttempt, type FailoverOptions, type FailoverReport, withFailover } from './failover.ts'
export type { ProxyFilter } from './filter.ts'
export { parseProxies } from './import/parse.ts'
export type { ListFormat, ParseError, ParseErrorCode, ParseOptions, ParseResult } from './import/result.ts'
export { type ImportOptions, importProxies, importProxiesFromFile } from './import/source.ts'
export { type LeaseOutcome, ProxyLease } from './lease.ts'
export { FAILURE_REASONS, type FailureReason, isProxyFault, type NeutralReason, type ProxyFault } from './outcome.ts'
export {
  type CreateProxyOptions,
  createProxy,
  type EgressProxy,
  type EgressProxy as Proxy,
  isLoopbackProxy,
  isSameProxy,
  type ProxyInput,
  type ProxyProtocol,
  proxyAddress,
  proxyUrl,
} from './proxy.ts'
export { DEFAULT_SCORE, type ScoreOptions, type ScoreParts } from './score.ts'
export { ProxyScorer } from './scorer.ts'
export type { ProxyMemory, ProxyScorerSnapshot } from './snapshot.ts'
export type { Clock } from './time.ts'
export type {
  AcquireOptions,
  LoadBalancingStrategy,
  ProxyScore,
  ProxyScorerEvents,
  ProxyScorerOptions,
} from './types.ts'
