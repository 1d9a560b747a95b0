import type { Migration } from '../migrate.ts'
import * as initial from './0001-initial.ts'
import * as retention from './0002-retention.ts'
import * as operators from './0003-alerts-proxies-tokens-audit.ts'
import * as origins from './0004-origins.ts'
import * as counts from './0005-run-counts-metric-pages.ts'
import * as retryAt from './0006-retry-at.ts'

/** Every migration by its number; append only. */
export const migrations: Record<string, Migration> = {
  '0001-initial': initial,
  '0002-retention': retention,
  '0003-alerts-proxies-tokens-audit': operators,
  '0004-origins': origins,
  '0005-run-counts-metric-pages': counts,
  '0006-retry-at': retryAt,
}
