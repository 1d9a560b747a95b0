/** Stable codes of everything that this package refuses. */
export type AnalyticsErrorCode =
  /** A value that is NaN, infinite or beyond 1e140, or a negative increment of a counter. */
  | 'METRIC_VALUE_INVALID'
  /** A metric's name that is empty, too long, or holds other characters than `A-Za-z0-9_.:/-`. */
  | 'METRIC_NAME_INVALID'
  /** A label whose name or value is not acceptable, or too many labels. */
  | 'METRIC_LABELS_INVALID'
  /** A time stamp that is not a finite number of epoch milliseconds. */
  | 'METRIC_TIME_INVALID'
  /** A metric that was defined before with another kind. */
  | 'METRIC_KIND_CONFLICT'
  /** A store that refused a batch; the batch is kept and written with the next flush. */
  | 'METRIC_FLUSH_FAILED'
  /** A query that cannot be answered as asked. */
  | 'METRIC_QUERY_INVALID'
  /** A stored block whose bytes are not what this package writes. */
  | 'METRIC_BLOCK_CORRUPT'
  /** A file given to an import that is not in the format of the export. */
  | 'METRIC_IMPORT_INVALID'
  /** An option of a constructor that is out of its range. */
  | 'ANALYTICS_OPTION_INVALID'
  /** An alert rule, a silence or an objective that contradicts itself. */
  | 'ALERT_RULE_INVALID'
  | 'ALERT_SILENCE_INVALID'
  | 'ALERT_UNKNOWN'
  /** A message that was not delivered: lost where `onError` is told of it, tried again where a sink throws it. */
  | 'ALERT_SINK_FAILED'
  /** A receiver that does not take this message, now or later: it is tried again a few times only. */
  | 'ALERT_SINK_REFUSED'
  | 'SLO_INVALID'
  /** The aggregator was disposed of. */
  | 'ANALYTICS_CLOSED'

/** A refusal: what was wrong, where, and what to do. */
export class AnalyticsError extends Error {
  override readonly name = 'AnalyticsError'
  /** Stable, for programs. */
  readonly code: AnalyticsErrorCode
  /** The next step, one sentence. */
  readonly hint: string

  constructor(code: AnalyticsErrorCode, message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
    this.hint = hint
  }
}
