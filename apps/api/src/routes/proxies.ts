import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Refbot } from '@refbot/runtime'
import { ApiError } from '../problem.ts'
import { conflict, json, problems } from '../schemas/common.ts'
import {
  addedProxiesSchema,
  newProxiesSchema,
  proxyListSchema,
  proxySchema,
  removedProxySchema,
} from '../schemas/proxies.ts'
import { iso, present } from '../wire.ts'

/** Where lists of proxies are sent to, which may be long. */
export const PROXY_LISTS = '/api/proxies'

const params = z.object({
  id: z.string().min(1).max(500).meta({ description: 'Percent-encoded: `http%3A%2F%2F192.0.2.1%3A3128`.' }),
})

const list = createRoute({
  method: 'get',
  path: PROXY_LISTS,
  operationId: 'listProxies',
  summary: 'Proxies with their scores and circuits, best first',
  tags: ['proxies'],
  responses: { 200: json(proxyListSchema, 'All proxies.'), ...problems },
})

const add = createRoute({
  method: 'post',
  path: PROXY_LISTS,
  operationId: 'addProxies',
  summary: 'Add proxies beside those of the configuration',
  description: 'What can be read of a list is taken in and kept; the rest is told by line and reason. At most 4 MiB.',
  tags: ['proxies'],
  request: { body: { required: true, content: { 'application/json': { schema: newProxiesSchema } } } },
  responses: { 200: json(addedProxiesSchema, 'What became of each.'), ...problems },
})

const remove = createRoute({
  method: 'delete',
  path: '/api/proxies/{id}',
  operationId: 'removeProxy',
  summary: 'Take away a proxy that was added; its leases end',
  tags: ['proxies'],
  request: { params },
  responses: { 200: json(removedProxySchema, 'It is gone.'), ...problems, ...conflict },
})

const isolate = createRoute({
  method: 'post',
  path: '/api/proxies/{id}/isolate',
  operationId: 'isolateProxy',
  summary: 'Shut a proxy out until it is released; leases that are out go on',
  tags: ['proxies'],
  request: { params },
  responses: { 200: json(proxySchema, 'The proxy as it is now.'), ...problems },
})

const release = createRoute({
  method: 'post',
  path: '/api/proxies/{id}/release',
  operationId: 'releaseProxy',
  summary: "Close a proxy's circuit by hand, isolated or merely open",
  tags: ['proxies'],
  request: { params },
  responses: { 200: json(proxySchema, 'The proxy as it is now.'), ...problems },
})

export function proxyRoutes(app: OpenAPIHono, refbot: Refbot): void {
  const views = () =>
    refbot.proxies
      .scores()
      .map((score) => proxyView(score, refbot.isAddedProxy(score.proxyId) ? ('added' as const) : ('config' as const)))
  const view = (id: string) => views().find((each) => each.id === id) ?? unknown(id)
  app.openapi(list, (c) => c.json({ strategy: refbot.config.proxyStrategy, proxies: views() }, 200))
  app.openapi(add, async (c) => {
    const { list: text, proxies = [], ...options } = c.req.valid('json')
    const { added, known, errors } = await refbot.importProxies(text ?? proxies, present(options))
    return c.json({ added: [...added], known: [...known], errors: [...errors] }, 200)
  })
  app.openapi(remove, async (c) => {
    const { id } = c.req.valid('param')
    const removed = await refbot.removeProxy(id)
    const inUse = refbot.proxies.get(id) !== undefined
    if (removed) return c.json({ id, removed: true as const, inUse }, 200)
    if (!inUse) unknown(id)
    throw new ApiError(
      'PROXY_CONFIGURED',
      `The proxy ${JSON.stringify(id)} was not added: the configuration names it.`,
      {
        hint: 'Take it out there, and reload the configuration.',
      },
    )
  })
  app.openapi(isolate, (c) => {
    const { id } = c.req.valid('param')
    refbot.proxies.isolate(id)
    return c.json(view(id), 200)
  })
  app.openapi(release, (c) => {
    const { id } = c.req.valid('param')
    refbot.proxies.release(id)
    return c.json(view(id), 200)
  })
}

function unknown(id: string): never {
  throw new ApiError('PROXY_UNKNOWN', `There is no proxy ${JSON.stringify(id)}.`, {
    hint: 'See GET /api/proxies for those that are there.',
  })
}

type Score = ReturnType<Refbot['proxies']['scores']>[number]

/** Picked key by key: what is not named here, a credential above all, cannot get out. */
function proxyView(entry: Score, source: 'config' | 'added') {
  const { protocol, host, port, label, region, tags } = entry.proxy
  const { score, success, speed, reliability, circuit, isolated, uses, inflight } = entry
  return {
    ...{ id: entry.proxyId, protocol, host, port, source },
    ...present({ label, region, tags: tags === undefined ? undefined : [...tags] }),
    ...{ score, components: { success, speed, reliability }, circuit, isolated, uses, inflight },
    ...present({
      retryAt: entry.retryAt === null ? undefined : iso(entry.retryAt),
      latencyMs: entry.latencyMs ?? undefined,
      lastUsedAt: entry.lastUsedAt === null ? undefined : iso(entry.lastUsedAt),
    }),
  }
}
