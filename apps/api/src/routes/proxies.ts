import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Refbot } from '@refbot/runtime'
import { json, problems } from '../schemas/common.ts'
import { proxyListSchema } from '../schemas/watch.ts'
import { iso, present } from '../wire.ts'

const list = createRoute({
  method: 'get',
  path: '/api/proxies',
  operationId: 'listProxies',
  summary: 'Proxies with their scores and circuits, best first',
  tags: ['proxies'],
  responses: { 200: json(proxyListSchema, 'All proxies.'), ...problems },
})

export function proxyRoutes(app: OpenAPIHono, { proxies, config }: Refbot): void {
  app.openapi(list, (c) => c.json({ strategy: config.proxyStrategy, proxies: proxies.scores().map(proxyView) }, 200))
}

type Score = ReturnType<Refbot['proxies']['scores']>[number]

/** Picked key by key: what is not named here, a credential above all, cannot get out. */
function proxyView(entry: Score) {
  const { protocol, host, port, label, region, tags } = entry.proxy
  const { score, success, speed, reliability, circuit, isolated, uses, inflight } = entry
  return {
    ...{ id: entry.proxyId, protocol, host, port },
    ...present({ label, region, tags: tags === undefined ? undefined : [...tags] }),
    ...{ score, components: { success, speed, reliability }, circuit, isolated, uses, inflight },
    ...present({
      retryAt: entry.retryAt === null ? undefined : iso(entry.retryAt),
      latencyMs: entry.latencyMs ?? undefined,
      lastUsedAt: entry.lastUsedAt === null ? undefined : iso(entry.lastUsedAt),
    }),
  }
}
