export { type ClientOptions, createClient, type RefbotClient } from './client.ts'
export { RefbotApiError, type RequestIssue, type ServerConfigProblem } from './errors.ts'
export type { EventsOptions } from './events.ts'
export {
  fetchTransport,
  nodeTransport,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from './transport.ts'
export type * from './types.ts'
