import type { EgressProxy } from '../proxy.ts'
import { parseLine, readPort, schemeOf } from './line.ts'
import { checked, type ParseOptions, type Problem, problem } from './result.ts'

/** What lists call the parts of a proxy, in lower case without blanks, dashes and underscores. */
const FIELDS = {
  url: ['url', 'proxy', 'uri'],
  host: ['host', 'hostname', 'ip', 'ipaddress', 'address', 'server'],
  port: ['port'],
  protocol: ['protocol', 'type', 'scheme'],
  username: ['username', 'user', 'login'],
  password: ['password', 'pass', 'pwd'],
  id: ['id'],
  label: ['label', 'name'],
  region: ['region', 'country', 'countrycode', 'location'],
  tags: ['tags', 'tag'],
} as const

export type RecordField = keyof typeof FIELDS

/** The field that a column or key stands for. */
export function fieldOf(name: string): RecordField | undefined {
  const plain = name.toLowerCase().replaceAll(/[\s_-]/g, '')
  return (Object.keys(FIELDS) as RecordField[]).find((field) => (FIELDS[field] as readonly string[]).includes(plain))
}

/** Reads a proxy that is given by named parts. What a URL says goes before what stands beside it. */
export function readRecord(
  record: Partial<Record<RecordField, unknown>>,
  options: ParseOptions,
): EgressProxy | Problem {
  const text = (field: RecordField): string | undefined => {
    const value = record[field]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
  }
  const extra = {
    id: text('id') || undefined,
    label: text('label') || undefined,
    region: text('region') || undefined,
    tags: readTags(record.tags),
  }
  const scheme = text('protocol')?.trim().toLowerCase()
  const protocol = scheme === undefined || scheme === '' ? (options.protocol ?? 'http') : schemeOf(scheme)?.protocol
  if (protocol === undefined) return problem('protocol')
  const beside = { username: text('username') || undefined, password: text('password') || undefined }
  const url = text('url')?.trim()
  if (url !== undefined && url !== '') {
    const parsed = parseLine(url, { ...options, protocol })
    if ('code' in parsed) return parsed
    const { host, port, username, password } = parsed
    const login = username === undefined ? beside : { username, password }
    return checked({ protocol: parsed.protocol, host, port, ...login, ...extra }, options)
  }
  const host = text('host')?.trim()
  if (host === undefined) return problem('host')
  const port = readPort(text('port')?.trim() ?? '')
  if (port === undefined) return problem('port')
  return checked({ protocol, host, port, ...beside, ...extra }, options)
}

function readTags(value: unknown): string[] | undefined {
  const list = Array.isArray(value) ? value.map(String) : typeof value === 'string' ? value.split(/[;|,\s]+/) : []
  const tags = list.filter((tag) => tag !== '')
  return tags.length === 0 ? undefined : tags
}
