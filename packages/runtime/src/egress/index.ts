export {
  type Allowance,
  type Authorisation,
  type AuthorisationDocument,
  type AuthoriseOptions,
  authorise,
  type Examination,
  examine,
  parseTarget,
  RESERVED_MAIL_DOMAINS,
} from './authorisation.ts'
export type { GateClient, IncomingAnswer, OutgoingRequest } from './client.ts'
export { DOCUMENT_PATH, documentJsonSchema, proposedDocument } from './document.ts'
export { Gate, type GateOptions } from './gate.ts'
export { createGateIdentity, type GateIdentity, loadGateIdentity } from './identity.ts'
export { type GateLease, type LeaseOptions, RECORDS_KEPT } from './lease.ts'
export { type DayCount, type LimitRule, least, type SubmitLimits, unlimited } from './limiter.ts'
export { isLoopbackHost } from './loopback.ts'
export { ensureOperatorKey, OPERATOR_SECRET_FILE, operatorKeyOf } from './operator.ts'
export { DEFAULT_PAUSE_MS, MAX_PAUSE_MS, Origins, pausedError } from './origins.ts'
export { PageSlots } from './page-slots.ts'
export { Permits, type PermitsOptions } from './permits.ts'
export { againstProxies, pathAllowed, type Rule } from './policy.ts'
export { isLoopbackProxy, type UpstreamProxy } from './proxy.ts'
export type {
  FaultCode,
  GateFault,
  GateRecord,
  LeaseOutcome,
  LimitReport,
  RefusalReport,
  SiteRefusal,
} from './record.ts'
export { watchAuthorisation } from './watch.ts'
