import type { EgressProxy } from '../proxy.ts'
import { parseLine, readPort, SCHEMES } from './line.ts'
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

/** Reads a proxy that is given by named parts. */
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
  const url = text('url')
  if (url !== undefined && url !== '') {
    const parsed = parseLine(url, options)
    if ('code' in parsed) return parsed
    const { protocol, host, port, username, password } = parsed
    return checked({ protocol, host, port, username, password, ...extra }, options)
  }
  const scheme = text('protocol')?.trim().toLowerCase()
  const protocol = scheme === undefined || scheme === '' ? (options.protocol ?? 'http') : SCHEMES[scheme]?.protocol
  if (protocol === undefined) return problem('protocol')
  const host = text('host')?.trim()
  if (host === undefined) return problem('host')
  const port = readPort(text('port')?.trim() ?? '')
  if (port === undefined) return problem('port')
  const username = text('username') || undefined
  const password = text('password') || undefined
  return checked({ protocol, host, port, username, password, ...extra }, options)
}

function readTags(value: unknown): string[] | undefined {
  const list = Array.isArray(value) ? value.map(String) : typeof value === 'string' ? value.split(/[;|,\s]+/) : []
  const tags = list.filter((tag) => tag !== '')
  return tags.length === 0 ? undefined : tags
}
