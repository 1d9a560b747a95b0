import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Refbot, TokenRecord } from '@refbot/runtime'
import { createdTokenSchema, newTokenSchema, tokenListSchema } from '../schemas/access.ts'
import { json, problems } from '../schemas/common.ts'
import { iso, present } from '../wire.ts'

const list = createRoute({
  method: 'get',
  path: '/api/tokens',
  operationId: 'listTokens',
  summary: 'Tokens beside the admin token, oldest first',
  tags: ['access'],
  responses: { 200: json(tokenListSchema, 'All tokens, without their texts.'), ...problems },
})

const create = createRoute({
  method: 'post',
  path: '/api/tokens',
  operationId: 'createToken',
  summary: 'Make a token',
  tags: ['access'],
  request: { body: { required: true, content: { 'application/json': { schema: newTokenSchema } } } },
  responses: { 201: json(createdTokenSchema, 'The token, whose text is told this once.'), ...problems },
})

const revoke = createRoute({
  method: 'delete',
  path: '/api/tokens/{id}',
  operationId: 'revokeToken',
  summary: 'Make a token invalid, at once',
  tags: ['access'],
  request: { params: z.object({ id: z.string().min(1).max(100) }) },
  responses: { 200: json(tokenListSchema, 'The tokens as they are now.'), ...problems },
})

export function tokenRoutes(app: OpenAPIHono, refbot: Refbot): void {
  const all = async () => ({ tokens: (await refbot.tokens.list()).map(tokenView) })
  app.openapi(list, async (c) => c.json(await all(), 200))
  app.openapi(create, async (c) => {
    const { name, rights, expiresAt } = c.req.valid('json')
    const until = expiresAt === undefined ? {} : { expiresAt: Date.parse(expiresAt) }
    const { token, record } = await refbot.tokens.create({ name, rights, ...until })
    c.header('cache-control', 'no-store')
    return c.json({ token, record: tokenView(record) }, 201)
  })
  app.openapi(revoke, async (c) => {
    await refbot.tokens.revoke(c.req.valid('param').id)
    return c.json(await all(), 200)
  })
}

function tokenView({ id, name, rights, createdAt, lastUsedAt, expiresAt, revokedAt }: TokenRecord) {
  const time = (at: number | undefined) => (at === undefined ? undefined : iso(at))
  return {
    ...{ id, name, rights, createdAt: iso(createdAt) },
    ...present({ lastUsedAt: time(lastUsedAt), expiresAt: time(expiresAt), revokedAt: time(revokedAt) }),
  }
}
