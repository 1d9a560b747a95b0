import { describe, expect, it } from 'vitest'
import { metricStoreContract } from '../testing/index.ts'
import { MemoryMetricStore } from './memory-store.ts'

metricStoreContract('MemoryMetricStore', async () => new MemoryMetricStore(), { describe, it, expect })
