import { z } from '@hono/zod-openapi'
import { durationMs, instant } from './common.ts'

const part = z.number().meta({ description: '0 to 1.' })
const protocol = z.enum(['http', 'https', 'socks5'])

export const proxySchema = z
  .object({
    id: z.string().meta({ description: 'Protocol, host and port; never a credential.' }),
    protocol,
    host: z.string(),
    port: z.int(),
    label: z.string().optional(),
    region: z.string().optional(),
    tags: z.array(z.string()).optional(),
    source: z.enum(['config', 'added']).meta({ description: '`added`: beside the configuration; can be removed.' }),
    score: z.number().meta({ description: '0 to 100.' }),
    components: z
      .object({ success: part, speed: part, reliability: part })
      .meta({ description: 'Weigh 40, 30 and 30 of 100.' }),
    circuit: z.enum(['closed', 'open', 'half-open']),
    isolated: z.boolean().meta({ description: 'Shut out by hand.' }),
    retryAt: instant.optional().meta({ description: 'With an open circuit: when it is tried again.' }),
    latencyMs: durationMs.optional().meta({ description: 'Geometric mean of successful uses.' }),
    uses: z.int(),
    inflight: z.int(),
    lastUsedAt: instant.optional(),
  })
  .openapi('Proxy')

export const proxyListSchema = z
  .object({
    strategy: z.enum(['round-robin', 'least-loaded', 'weighted', 'random']),
    proxies: z.array(proxySchema).meta({ description: 'Best first.' }),
  })
  .openapi('ProxyList')

const entry = z.union([z.string(), z.record(z.string(), z.unknown())]).meta({
  description:
    'A line of a list, or an object with `host`, `port`, `protocol`, `username`, `password`, `label`, `region`, `tags`, or with `url`.',
})

export const newProxiesSchema = z
  .strictObject({
    list: z.string().optional().meta({
      description:
        'Lines of `host:port`, `host:port:user:password`, `user:password@host:port` or a URL (http, https, socks5); or CSV or JSON.',
    }),
    proxies: z.array(entry).optional().meta({ description: 'The same one by one. Give one of the two.' }),
    format: z.enum(['lines', 'csv', 'json']).optional().meta({ description: 'Of `list`; none: seen from the text.' }),
    protocol: protocol.default('http').meta({ description: 'Of entries that name none.' }),
  })
  .refine(({ list, proxies }) => (list === undefined) !== (proxies === undefined), {
    error: 'exactly one of list and proxies is needed',
  })
  .openapi('NewProxies')

const ids = z.array(z.string())

export const addedProxiesSchema = z
  .object({
    added: ids.meta({ description: 'Ids of the proxies that were taken in.' }),
    known: ids.meta({ description: 'Ids of those that had been added before.' }),
    errors: z
      .array(
        z.object({
          line: z.int().meta({ description: 'Of the list, or number of the entry, from 1.' }),
          code: z.enum(['malformed', 'host', 'port', 'protocol', 'credentials', 'duplicate', 'id']),
          reason: z.string(),
        }),
      )
      .meta({ description: 'What was not taken in. The texts are not repeated: they may hold credentials.' }),
  })
  .openapi('AddedProxies')

export const removedProxySchema = z
  .object({
    id: z.string(),
    removed: z.literal(true),
    inUse: z.boolean().meta({ description: 'Still, since the configuration names it as well.' }),
  })
  .openapi('RemovedProxy')
