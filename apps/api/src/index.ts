export { type ApiOptions, createApi } from './api.ts'
export { type OpenApiDocument, openApiDocument } from './document.ts'
export type { Issue, Problem } from './problem.ts'
export { type ApiServer, type ApiServerOptions, startApi } from './server.ts'
