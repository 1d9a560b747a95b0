import type { AlertSnapshot } from '@refbot/analytics'
import type { ProxyScorerSnapshot } from '@refbot/proxy-scoring'
import type { StoreConnection } from './connection.ts'
import type { AlertStateSave } from './operations/alerts.ts'
import type { AuditEntry, AuditInput, AuditQuery } from './operations/audit.ts'
import type { OriginStore } from './operations/origins.ts'
import type { ProxyHealthSave, Reseal, SealedProxy } from './operations/proxies.ts'
import type { NewToken, StoredToken } from './operations/tokens.ts'

export interface AlertStateStore {
  load(): Promise<AlertSnapshot | undefined>
  /** Replaces what was saved; the transitions become events of the same transaction. */
  save(state: AlertStateSave): Promise<void>
}

/** Proxies beside those of the configuration. */
export interface ProxyStore {
  /** In the order in which they were added. */
  list(): Promise<readonly SealedProxy[]>
  /** Those that are there already stay as they are. @returns the ids of the others */
  add(proxies: readonly SealedProxy[]): Promise<readonly string[]>
  /** False where there is none. */
  remove(id: string): Promise<boolean>
  /** Replaces logins that another key sealed, all or none. */
  reseal(sealed: Reseal): Promise<void>
}

export interface ProxyHealthStore {
  /** What was last saved of each proxy: one snapshot for each time at which some of it was taken, oldest first. */
  load(): Promise<readonly ProxyScorerSnapshot[]>
  /** Replaces what was saved of these proxies; the circuits' changes become events of the same transaction. */
  save(health: ProxyHealthSave): Promise<void>
}

export interface TokenStore {
  /** Oldest first, with those that are valid no more. */
  list(): Promise<readonly StoredToken[]>
  add(token: NewToken): Promise<void>
  /** False where there is none, or it was revoked before. */
  revoke(id: string): Promise<boolean>
  /** Notes that it was used now; the last second of these may be lost to a power cut. */
  used(id: string): Promise<void>
}

export interface AuditStore {
  add(entry: AuditInput): Promise<void>
  /** Newest first. */
  list(query?: AuditQuery): Promise<readonly AuditEntry[]>
}

/** What operators set up and are told of. */
export interface OperatorStores {
  readonly origins: OriginStore
  readonly alertState: AlertStateStore
  readonly proxies: ProxyStore
  readonly proxyHealth: ProxyHealthStore
  readonly tokens: TokenStore
  readonly audit: AuditStore
}

export function operatorStores(writer: StoreConnection): OperatorStores {
  return {
    origins: {
      pauses: () => writer.call('origin.pauses', undefined),
      pause: (pause) => writer.call('origin.pause', pause),
      lift: (origin) => writer.call('origin.lift', origin),
      counts: (day) => writer.call('origin.counts', day),
      count: (counts) => writer.call('origin.count', counts),
    },
    alertState: {
      load: () => writer.call('alertState.load', undefined),
      save: (state) => writer.call('alertState.save', state),
    },
    proxies: {
      list: () => writer.call('proxy.list', undefined),
      add: (proxies) => writer.call('proxy.add', proxies),
      remove: (id) => writer.call('proxy.remove', id),
      reseal: (sealed) => writer.call('proxy.reseal', sealed),
    },
    proxyHealth: {
      load: () => writer.call('proxyHealth.load', undefined),
      save: (health) => writer.call(health.circuits?.length ? 'proxyHealth.saveChanges' : 'proxyHealth.save', health),
    },
    tokens: {
      list: () => writer.call('token.list', undefined),
      add: (token) => writer.call('token.add', token),
      revoke: (id) => writer.call('token.revoke', id),
      used: (id) => writer.call('token.used', id),
    },
    audit: {
      add: (entry) => writer.call('audit.add', entry),
      list: (query = {}) => writer.call('audit.list', query),
    },
  }
}
