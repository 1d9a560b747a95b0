export { MetricsAggregator, type ReliabilityQuery } from './aggregator.ts'
export type {
  AlertingOptions,
  AlertSnapshot,
  AlertSnapshotV1,
  AlertSnapshotV2,
  DetectorsSnapshot,
} from './alerts/alerting.ts'
export type { AlertDelivery, DeliveryCounts, DeliveryTiming, PendingMessage } from './alerts/delivery.ts'
export type { AlertEngineOptions, SilenceMemory } from './alerts/engine.ts'
export type { DetectorMemory } from './alerts/kinds/watched.ts'
export type { SeenGroup } from './alerts/last-seen.ts'
export type { AlertMemory } from './alerts/machine.ts'
export type { AlertNotification, NotifyOptions, Told } from './alerts/notify.ts'
export type { Silence } from './alerts/silence.ts'
export { type AlertmanagerSinkOptions, alertmanagerSink } from './alerts/sinks/alertmanager.ts'
export { type EmailSinkOptions, emailSink, type MailTransport } from './alerts/sinks/email.ts'
export { type AlertSink, callbackSink } from './alerts/sinks/sink.ts'
export { signWebhook, type WebhookSinkOptions, type WebhookTemplate, webhookSink } from './alerts/sinks/webhook.ts'
export type {
  AbsenceRule,
  Acknowledgement,
  Alert,
  AlertRule,
  AlertRuleBase,
  AlertSeverity,
  AlertState,
  AlertTransition,
  AnomalyRule,
  Band,
  BurnRateRule,
  ChangeRule,
  RangeRule,
  SeverityLevels,
  SuccessRateRule,
  ThresholdRule,
} from './alerts/types.ts'
export type { Anomaly } from './analysis.ts'
export type { AnomalyDetector, AnomalyVerdict, DetectorOptions, DetectorSnapshot } from './anomaly/detector.ts'
export { type AnomalyMethod, type AnomalyOptions, createDetector } from './anomaly/detectors.ts'
export type { DetectorState } from './anomaly/state.ts'
export { type Clock, systemClock } from './clock.ts'
export type {
  AggregatorStats,
  MetricHandle,
  RecordOptions,
  SeriesInfo,
} from './core.ts'
export { AnalyticsError, type AnalyticsErrorCode } from './errors.ts'
export { csvHead, csvOfBlocks } from './export/csv.ts'
export { type ExpositionFormat, expositionTypes } from './export/exposition.ts'
export { type ChartPoint, lttb } from './export/lttb.ts'
export type { ExportRange, MetricSample } from './export/samples.ts'
export type { MetricsAggregatorOptions, MetricsLimits, Retention } from './options.ts'
export type { Aggregate } from './query/aggregate.ts'
export type { Resolution } from './query/plan.ts'
export type { MetricQuery, QueryPoint, QueryResult } from './query/query.ts'
export type { WindowStats } from './query/statistics.ts'
export type { MemoryCoverage, SuccessWindow } from './query/window.ts'
export type { DropCounts } from './recorder.ts'
export { formatPercent } from './reliability/percent.ts'
export {
  type Reliability,
  type ReliabilityInput,
  reliabilityScore,
  reliabilityWeights,
} from './reliability/reliability.ts'
export { burnRate, type ErrorBudget, errorBudget } from './reliability/slo.ts'
export type { RestoredTotals } from './restore.ts'
export type { LabelLimits, Labels, MetricSelector } from './series/labels.ts'
export type { SeriesLimitSignal, SeriesLimits } from './series/registry.ts'
export type { MetricDefinition, MetricKind } from './series/series.ts'
export { MemoryMetricStore, type MemoryMetricStoreOptions } from './store/memory-store.ts'
export type { BlockQuery, Crowd, MergedBlock, MetricBlock, MetricStore, Tier } from './store/metric-store.ts'
export { exponentialMovingAverage, simpleMovingAverage } from './trend/averages.ts'
export { type ChangePoint, changePoints } from './trend/change-points.ts'
export { type RobustLine, theilSen } from './trend/theil-sen.ts'
export {
  analyseTrend,
  type ForecastPoint,
  type TrendAnalysis,
  type TrendOptions,
  type TrendPoint,
} from './trend/trend.ts'
