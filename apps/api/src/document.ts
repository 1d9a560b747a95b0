import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Refbot } from '@refbot/runtime'
import { alertRoutes } from './routes/alerts.ts'
import { newApp } from './routes/app.ts'
import { auditRoutes } from './routes/audit.ts'
import { configRoutes, type Reload } from './routes/config.ts'
import { eventRoutes } from './routes/events.ts'
import { healthRoutes } from './routes/health.ts'
import { logRoutes } from './routes/logs.ts'
import { metricRoutes } from './routes/metrics.ts'
import { originRoutes } from './routes/origins.ts'
import { pluginRoutes } from './routes/plugins.ts'
import { proxyRoutes } from './routes/proxies.ts'
import { runRoutes } from './routes/runs.ts'
import { silenceRoutes } from './routes/silences.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { VERSION } from './version.ts'

export interface RouteOptions {
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly keepAliveMs: number
  readonly signal: AbortSignal | undefined
  readonly reload: Reload | undefined
}

/** Every route of the API, once: what is served and what is documented cannot differ. */
export function addRoutes(app: OpenAPIHono, refbot: Refbot, options: RouteOptions): void {
  healthRoutes(app, refbot)
  pluginRoutes(app, refbot)
  runRoutes(app, refbot)
  metricRoutes(app, refbot, options.now)
  alertRoutes(app, refbot, options.now)
  silenceRoutes(app, refbot)
  proxyRoutes(app, refbot)
  originRoutes(app, refbot)
  eventRoutes(app, refbot, options)
  logRoutes(app, refbot, options)
  configRoutes(app, options.reload)
  tokenRoutes(app, refbot)
  auditRoutes(app, refbot)
}

export type OpenApiDocument = ReturnType<OpenAPIHono['getOpenAPI31Document']>

/** The document of the API: the same for the same version, whatever is installed or configured. */
export function openApiDocument(): OpenApiDocument {
  const app = newApp()
  // Handlers ask for parts of a RefBot when they are called, which nobody does here.
  addRoutes(app, {} as Refbot, { now: Date.now, keepAliveMs: 0, signal: undefined, reload: undefined })
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' })
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'RefBot',
      version: VERSION,
      description: 'Times are ISO 8601 in UTC, durations are milliseconds, errors are problem details (RFC 9457).',
      license: { name: 'MIT' },
    },
    security: [{ token: [] }],
    tags: [
      { name: 'health', description: 'Public.' },
      { name: 'plugins', description: 'Units of automation.' },
      { name: 'runs', description: 'What plugins did and do.' },
      { name: 'metrics', description: 'How well it goes.' },
      { name: 'alerts', description: 'What needs somebody.' },
      { name: 'proxies', description: 'Through what.' },
      { name: 'origins', description: 'Where to, and who agreed.' },
      { name: 'events', description: 'As it happens.' },
      { name: 'logs', description: 'What was said.' },
      { name: 'config', description: 'What the server is told to do.' },
      { name: 'access', description: 'Who may, and who did.' },
    ],
  })
}

/** As it is committed and served. */
export function openApiText(): string {
  return `${JSON.stringify(openApiDocument(), null, 2)}\n`
}
