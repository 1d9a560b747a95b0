import { z } from '@hono/zod-openapi'
import { instant } from './common.ts'

const rights = z.enum(['admin', 'read']).meta({ description: '`admin` may do everything, `read` may only look.' })
const name = z.string().min(1).max(64).meta({ description: 'Who or what it is for.' })

export const tokenSchema = z
  .object({
    id: z.string(),
    name,
    rights,
    createdAt: instant,
    lastUsedAt: instant.optional().meta({ description: 'To a minute.' }),
    expiresAt: instant.optional(),
    revokedAt: instant.optional(),
  })
  .openapi('Token')

export const tokenListSchema = z.object({ tokens: z.array(tokenSchema) }).openapi('TokenList')

export const newTokenSchema = z
  .strictObject({
    name,
    rights: rights.default('read'),
    expiresAt: z.iso.datetime({ offset: true }).optional().meta({ description: 'None: valid until it is revoked.' }),
  })
  .openapi('NewToken')

export const createdTokenSchema = z
  .object({ token: z.string().meta({ description: 'Told this once.' }), record: tokenSchema })
  .openapi('CreatedToken')

export const auditEntrySchema = z
  .object({
    id: z.int(),
    at: instant,
    actor: z.string().meta({ description: 'Id of the token; `admin`, or `cli` for the command line.' }),
    actorName: z.string(),
    action: z.string().meta({ description: 'Method of the request.' }),
    target: z.string().meta({ description: 'Path of the request.' }),
    outcome: z.string().meta({ description: 'Status of the answer.' }),
  })
  .openapi('AuditEntry')

export const auditPageSchema = z
  .object({
    entries: z.array(auditEntrySchema).meta({ description: 'Newest first.' }),
    next: z.int().optional().meta({ description: 'Send it as `before` for the next page.' }),
  })
  .openapi('AuditPage')
