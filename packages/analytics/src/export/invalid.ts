import { AnalyticsError } from '../errors.ts'

/** Characters of one record at most: a file without an end of a record must not fill the memory. */
const most = 2 ** 26

/** The refusal of a record, counted from 1. */
export function invalid(record: number, why: string): AnalyticsError {
  return new AnalyticsError(
    'METRIC_IMPORT_INVALID',
    `Record ${record} cannot be imported: ${why}.`,
    'Give a file as the export of the same format writes it; what came before this record may have been imported.',
  )
}

/** @throws AnalyticsError `METRIC_IMPORT_INVALID` */
export function checkLength(record: number, characters: number): void {
  if (characters > most) throw invalid(record, `it has more than ${most} characters`)
}
