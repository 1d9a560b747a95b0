export {
  type AggregatorStats,
  type MetricHandle,
  MetricsAggregator,
  type RecordOptions,
  type SeriesInfo,
} from './aggregator.ts'
export type { AlertEngineOptions } from './alerts/engine.ts'
export type {
  Alert,
  AlertRule,
  AlertSeverity,
  AlertState,
  AlertTransition,
  SeverityLevels,
  ThresholdRule,
} from './alerts/types.ts'
export { type Clock, systemClock } from './clock.ts'
export { AnalyticsError, type AnalyticsErrorCode } from './errors.ts'
export type { ExportRange, MetricSample } from './export/csv.ts'
export type { MetricsAggregatorOptions, MetricsLimits, Retention } from './options.ts'
export type { Aggregate } from './query/aggregate.ts'
export type { MetricQuery, QueryPoint, QueryResult } from './query/query.ts'
export type { WindowStats } from './query/statistics.ts'
export type { DropCounts } from './recorder.ts'
export type { LabelLimits, Labels, MetricSelector } from './series/labels.ts'
export type { SeriesLimitSignal, SeriesLimits } from './series/registry.ts'
export type { MetricDefinition, MetricKind } from './series/series.ts'
export { MemoryMetricStore } from './store/memory-store.ts'
export type { BlockQuery, MetricBlock, MetricStore, Tier } from './store/metric-store.ts'
