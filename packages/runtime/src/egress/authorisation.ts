import type { LookupFunction } from 'node:net'
import { RefbotError } from '../errors.ts'
import { DOCUMENT_PATH, type ReadDocument, readDocument } from './document.ts'
import { fetchDocument } from './fetch-document.ts'
import { isLoopbackHost } from './loopback.ts'

/** What the owner of an origin allows. */
export interface Allowance {
  /** `/signup` is that path alone, `/signup/*` everything below it, `/*` all of the origin. */
  readonly paths: readonly string[]
  /** Origins besides the target that forms may post to. */
  readonly submitOrigins: readonly string[]
  /** Mail domains that a generated identity may use. */
  readonly emailDomains: readonly string[]
  /** Non-GET requests a minute over all runs; `null` is no limit. */
  readonly maxPerMinute: number | null
  /** Non-GET requests a day (UTC) over all runs; `null` is no limit. */
  readonly maxPerDay: number | null
  /** Open pages at a time over all runs; `null` is no limit. */
  readonly concurrency: number | null
  /** Proxies that may be used: none, only those on loopback, or any. */
  readonly proxies: 'none' | 'loopback' | 'any'
}

/** The authorisation document of one origin, checked. */
export interface AuthorisationDocument {
  readonly origin: string
  /** sha256 (hex) of the operator's secret; absent in the built-in document of loopback. */
  readonly operatorKey?: string
  /** Epoch milliseconds; absent in the built-in document of loopback. */
  readonly expires?: number
  readonly allow: Allowance
}

/** The right to open one origin, and what else its pages may reach. */
export interface Authorisation {
  /** Scheme, host and port as WHATWG URL serialises them. */
  readonly origin: string
  /** Where the right comes from: built in for loopback, or fetched from the origin. */
  readonly source: 'loopback' | 'document'
  readonly document: AuthorisationDocument
  /** The documents of the submit origins, each fetched from its own. */
  readonly submitDocuments: readonly AuthorisationDocument[]
  /** The operator's grant: origins that parts of its pages may come from (a CDN), and nothing else. */
  readonly partOrigins?: readonly string[]
  /** Origin -> the address its document came from, which is the address that is dialled. */
  readonly addresses: Readonly<Record<string, string>>
}

export interface AuthoriseOptions {
  /** sha256 (hex) of the operator's secret; without it only loopback is authorised. */
  readonly operatorKey?: string
  /** Default: the system's. */
  readonly clock?: { now(): number }
  readonly lookup?: LookupFunction
  /** For each document, in ms; default 10,000. */
  readonly timeoutMs?: number
  /** Who is asking: `RefBot/0.1.0`. */
  readonly userAgent?: string
}

/** What came of asking an origin: the right to open it, or why not, one sentence a line. */
export type Examination =
  | { readonly origin: string; readonly authorisation: Authorisation }
  | { readonly origin: string; readonly problems: readonly string[] }

/** Domains that nobody can receive mail at (RFC 2606, RFC 6761). */
export const RESERVED_MAIL_DOMAINS: readonly string[] = [
  'example.com',
  'example.net',
  'example.org',
  '*.test',
  '*.example',
  '*.invalid',
]

/**
 * Decides whether pages of an origin may be opened: loopback always, others by the document they serve.
 *
 * @param target an origin or any http(s) URL of it
 * @throws RefbotError `TARGET_INVALID` when it is no http(s) URL or carries credentials,
 *   `TARGET_NOT_AUTHORISED` when nobody has agreed to it
 */
export async function authorise(target: string, options: AuthoriseOptions = {}): Promise<Authorisation> {
  const examined = await examine(target, options)
  if ('authorisation' in examined) return examined.authorisation
  const { origin, problems } = examined
  throw new RefbotError('TARGET_NOT_AUTHORISED', `${origin} has not agreed to be tested. ${problems.join(' ')}`, {
    hint:
      options.operatorKey === undefined
        ? 'Use a site on this machine (localhost, 127.0.0.1 or [::1]): other origins cannot be authorised yet.'
        : `Ask the owner of the site to serve ${DOCUMENT_PATH} for this operator.`,
  })
}

/**
 * The same, with every reason instead of an error.
 *
 * @throws RefbotError `TARGET_INVALID`
 */
export async function examine(target: string, options: AuthoriseOptions = {}): Promise<Examination> {
  const { origin, hostname } = parseTarget(target)
  if (isLoopbackHost(hostname)) {
    const document = loopbackDocument(origin)
    return { origin, authorisation: { origin, source: 'loopback', document, submitDocuments: [], addresses: {} } }
  }
  const { operatorKey } = options
  if (operatorKey === undefined) return { origin, problems: ['It is not on this machine.'] }
  if (!origin.startsWith('https:'))
    return { origin, problems: ['A document counts only where it is served over https.'] }
  const addresses: Record<string, string> = {}
  const own = await ask(origin, operatorKey, options, addresses)
  if ('problems' in own) return { origin, problems: own.problems }
  const { document } = own
  const elsewhere = document.allow.submitOrigins.filter((each) => each !== origin)
  const asked = await Promise.all(elsewhere.map((each) => ask(each, operatorKey, options, addresses)))
  const problems = asked.flatMap((each, i) =>
    'problems' in each ? each.problems.map((line) => `Submit origin ${elsewhere[i]}: ${line}`) : [],
  )
  if (problems.length > 0) return { origin, problems }
  const submitDocuments = asked.flatMap((each) => ('document' in each ? [each.document] : []))
  return { origin, authorisation: { origin, source: 'document', document, submitDocuments, addresses } }
}

async function ask(
  origin: string,
  operatorKey: string,
  options: AuthoriseOptions,
  addresses: Record<string, string>,
): Promise<ReadDocument> {
  const fetched = await fetchDocument(origin, options)
  if ('problem' in fetched) return { problems: [fetched.problem] }
  addresses[origin] = fetched.address
  return readDocument(fetched.text, { origin, operatorKey, now: options.clock?.now() ?? Date.now() })
}

/**
 * The origin and the host of a target, as WHATWG URL parses them.
 *
 * @throws RefbotError `TARGET_INVALID`
 */
export function parseTarget(target: string): { origin: string; hostname: string } {
  const hint = 'Give an origin such as http://127.0.0.1:3000 or https://staging.example.com.'
  const url = URL.parse(target)
  if (url === null)
    throw new RefbotError('TARGET_INVALID', `The target ${JSON.stringify(target)} is not a URL`, { hint })
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new RefbotError(
      'TARGET_INVALID',
      `The target has the scheme ${url.protocol} where http: or https: is needed`,
      { hint },
    )
  }
  if (url.username !== '' || url.password !== '') {
    throw new RefbotError('TARGET_INVALID', `The target ${url.origin} carries credentials in its URL`, {
      hint: 'Take the user name and the password out of the URL.',
    })
  }
  return { origin: url.origin, hostname: url.hostname }
}

function loopbackDocument(origin: string): AuthorisationDocument {
  return {
    origin,
    allow: {
      paths: ['/*'],
      submitOrigins: [],
      emailDomains: RESERVED_MAIL_DOMAINS,
      maxPerMinute: null,
      maxPerDay: null,
      concurrency: null,
      proxies: 'loopback',
    },
  }
}
