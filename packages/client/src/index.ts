export { type ClientOptions, createClient, type FollowLogsOptions, type RefbotClient } from './client.ts'
export { RefbotApiError, type RequestIssue, type ServerConfigProblem } from './errors.ts'
export type { FollowOptions } from './follow.ts'
export {
  fetchTransport,
  nodeTransport,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from './transport.ts'
export type * from './types.ts'
