import { AnalyticsError } from '../errors.ts'
import { EwmaCore, medianDeviation, RankCore, tukeyFences, ZScoreCore } from './cores.ts'
import {
  type AnomalyDetector,
  type DetectorCore,
  type DetectorOptions,
  type DetectorSnapshot,
  streaming,
} from './detector.ts'
import { NoveltyCore } from './novelty.ts'
import { SeasonalCore } from './seasonal.ts'

/**
 * `novelty` the default and the best: extremes, values in gaps, unusual jumps; about 11 kB a series ·
 * `zscore` more than 3 deviations from the mean · `iqr` beyond Tukey's fences (1.5 interquartile ranges) ·
 * `mad` more than 3.5 scaled median deviations from the median · `ewma` more than 3 weighted deviations from the
 * weighted mean, for drifting series · `daily`, `weekly` unusual for this hour of the day, of the week.
 */
export type AnomalyMethod = 'novelty' | 'zscore' | 'iqr' | 'mad' | 'ewma' | 'daily' | 'weekly'

export interface AnomalyOptions extends DetectorOptions {
  /** Default `novelty`. */
  readonly method?: AnomalyMethod
  /** Samples that `zscore`, `iqr`, `mad` and `ewma` remember; default 500. */
  readonly window?: number
  /** Scales from the centre to each bound, for all methods but `novelty`; default: 3, `iqr` 1.5, `mad` 3.5. */
  readonly width?: number
}

const widths: Readonly<Record<AnomalyMethod, number>> = {
  novelty: 1,
  zscore: 3,
  iqr: 1.5,
  mad: 3.5,
  ewma: 3,
  daily: 3,
  weekly: 3,
}

/**
 * @param snapshot What a detector of the same options has learned; it goes on from there.
 * @throws AnalyticsError `ANALYTICS_OPTION_INVALID`, `METRIC_IMPORT_INVALID`
 */
export function createDetector(options: AnomalyOptions = {}, snapshot?: DetectorSnapshot): AnomalyDetector {
  const { method = 'novelty', window = 500, floor } = options
  const width = options.width ?? widths[method]
  const numbers = [window, width, options.warmUp ?? 1, options.cooldown ?? 1, floor ?? 1]
  if (width === undefined || window < 4 || !numbers.every((value) => Number.isFinite(value) && value > 0)) {
    throw new AnalyticsError(
      'ANALYTICS_OPTION_INVALID',
      `There is no anomaly detector ${JSON.stringify(options)}.`,
      `Use one of ${Object.keys(widths).join(', ')}, a window of at least 4, and numbers above 0.`,
    )
  }
  const core = { window, width, floor }
  const cores: Readonly<Record<AnomalyMethod, () => DetectorCore>> = {
    novelty: () => new NoveltyCore(floor === undefined ? {} : { floor }),
    zscore: () => new ZScoreCore(core),
    iqr: () => new RankCore(tukeyFences, core),
    mad: () => new RankCore(medianDeviation, core),
    ewma: () => new EwmaCore(core),
    daily: () => new SeasonalCore({ season: 'daily', width, floor }),
    weekly: () => new SeasonalCore({ season: 'weekly', width, floor }),
  }
  try {
    return streaming(method, cores[method](), options, snapshot)
  } catch (cause) {
    throw new AnalyticsError(
      'METRIC_IMPORT_INVALID',
      `The snapshot is not of the detector ${JSON.stringify(options)}: ${cause instanceof Error ? cause.message : cause}.`,
      'Give what snapshot() of a detector with the same options returned, or begin anew without one.',
      { cause },
    )
  }
}
