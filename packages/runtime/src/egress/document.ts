import { z } from 'zod'
import type { AuthorisationDocument } from './authorisation.ts'
import { isLoopbackHost } from './loopback.ts'
import { canonicalPath } from './policy.ts'

/** Where a site's owner publishes consent. */
export const DOCUMENT_PATH = '/.well-known/synthetic-testing.json'
/** A longer document is refused unread. */
export const DOCUMENT_MAX_BYTES = 16 * 1024
/** Consent is renewed at least this often. */
export const DOCUMENT_MAX_DAYS = 90
/** Each is asked for a document of its own, again and again: one site's word must not send requests to hundreds. */
const MAX_SUBMIT_ORIGINS = 10

const DAY_MS = 86_400_000

const origin = z.string().refine((text) => URL.parse(text)?.origin === text && text.startsWith('https://'), {
  error: 'must be an https origin such as https://forms.example.com, without a path',
})
const path = z.string().refine(isPattern, { error: 'must be a path such as /sign-up, or /sign-up/* for all below it' })
const domain = z
  .string()
  .regex(/^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+$/, { error: 'must be a domain such as qa.example.com' })
const limit = z.int().min(1)

/** Strict: a key that is not understood may be a restriction. */
const documentSchema = z.strictObject({
  $schema: z.string().optional(),
  origin,
  operatorKey: z.string().regex(/^[0-9a-f]{64}$/, { error: 'must be the 64 hexadecimal digits of a sha256' }),
  expires: z.iso.datetime({ offset: true, error: 'must be a time such as 2030-01-31T00:00:00Z' }),
  allow: z.strictObject({
    paths: z.array(path).min(1),
    submitOrigins: z
      .array(origin)
      .max(MAX_SUBMIT_ORIGINS, { error: `must be at most ${MAX_SUBMIT_ORIGINS} origins` })
      .default([]),
    emailDomains: z.array(domain).default([]),
    maxPerMinute: limit.optional(),
    maxPerDay: limit.optional(),
    concurrency: limit.optional(),
    proxies: z.boolean().default(false),
  }),
})

/** JSON Schema of the document, for site owners. */
export function documentJsonSchema(): object {
  return {
    ...z.toJSONSchema(documentSchema, { io: 'input', unrepresentable: 'any' }),
    title: "Consent of a site's owner to be tested by RefBot",
  }
}

/** A document that an owner may start from: everything of the origin, slowly, for 30 days. */
export function proposedDocument(origin: string, operatorKey: string, now: number): object {
  const expires = new Date(Math.floor((now + 30 * DAY_MS) / 1000) * 1000).toISOString().replace('.000Z', 'Z')
  const allow = { paths: ['/*'], submitOrigins: [], emailDomains: [], maxPerMinute: 6, maxPerDay: 200, concurrency: 1 }
  return { origin, operatorKey, expires, allow: { ...allow, proxies: false } }
}

export interface Expected {
  readonly origin: string
  /** sha256 (hex) of the operator's secret. */
  readonly operatorKey: string
  /** Epoch milliseconds. */
  readonly now: number
}

/** The document, or each thing that is wrong with it, one sentence a line. */
export type ReadDocument = { readonly document: AuthorisationDocument } | { readonly problems: readonly string[] }

/** Reads a document and checks that it grants this operator this origin now. */
export function readDocument(text: string, expected: Expected): ReadDocument {
  if (Buffer.byteLength(text) > DOCUMENT_MAX_BYTES)
    return { problems: [`It is longer than ${DOCUMENT_MAX_BYTES} bytes.`] }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { problems: ['It is not JSON.'] }
  }
  const parsed = documentSchema.safeParse(json)
  if (!parsed.success) {
    return {
      problems: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'The document'}: ${message}.`),
    }
  }
  const { data } = parsed
  const expires = Date.parse(data.expires)
  const foreign = data.allow.submitOrigins.filter((each) => isLoopbackHost(new URL(each).hostname))
  const problems = [
    data.origin === expected.origin ? '' : `origin: it is for ${data.origin}, not for ${expected.origin}.`,
    data.operatorKey === expected.operatorKey ? '' : 'operatorKey: it is for another operator.',
    expires > expected.now ? '' : `expires: it expired at ${data.expires}.`,
    expires <= expected.now + DOCUMENT_MAX_DAYS * DAY_MS
      ? ''
      : `expires: it is more than ${DOCUMENT_MAX_DAYS} days ahead.`,
    ...foreign.map((each) => `allow.submitOrigins: ${each} is the machine of whoever runs the test.`),
  ].filter((line) => line !== '')
  if (problems.length > 0) return { problems }
  const { maxPerMinute = null, maxPerDay = null, concurrency = null, proxies, ...lists } = data.allow
  const allow = { ...lists, maxPerMinute, maxPerDay, concurrency, proxies: proxies ? 'any' : 'none' } as const
  return { document: { origin: data.origin, operatorKey: data.operatorKey, expires, allow } }
}

/** Absolute, already in the form in which a URL has it, `*` as the whole last segment or nowhere. */
function isPattern(text: string): boolean {
  const plain = text.endsWith('/*') ? text.slice(0, -1) : text
  const sameInUrl = URL.parse(plain, 'https://x.invalid')?.pathname === plain
  return plain.startsWith('/') && !plain.includes('*') && sameInUrl && canonicalPath(plain) !== undefined
}
