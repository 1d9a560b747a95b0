import type { BatchResult } from '../submission.ts'

/** The batch as it is returned, for programs. */
export function toJson(result: BatchResult): string {
  return `${JSON.stringify(result, undefined, 2)}\n`
}
