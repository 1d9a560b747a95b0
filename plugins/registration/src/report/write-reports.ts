import type { PluginContext } from '@refbot/plugin-sdk'
import type { BatchResult } from '../submission.ts'
import { accountsOf, toAccounts } from './accounts.ts'
import { toHtml } from './html.ts'
import { toJson } from './json.ts'
import { toJUnit } from './junit.ts'

/** Each report is one line: its file, its type, and what makes it. */
const reports: readonly {
  readonly name: string
  readonly contentType: string
  readonly make: (result: BatchResult) => string
}[] = [
  { name: 'report.html', contentType: 'text/html; charset=utf-8', make: toHtml },
  { name: 'junit.xml', contentType: 'application/xml', make: toJUnit },
  { name: 'submissions.json', contentType: 'application/json', make: toJson },
  { name: 'accounts.csv', contentType: 'text/csv; charset=utf-8', make: accountsCsv },
]

function accountsCsv({ submissions, summary }: BatchResult): string {
  return toAccounts(accountsOf(submissions, summary.runId))
}

/** Keeps all reports of a batch as artifacts; one that cannot be kept does not change the outcome of the run. */
export async function writeReports({ artifacts, log }: PluginContext, result: BatchResult): Promise<void> {
  for (const { name, contentType, make } of reports) {
    try {
      await artifacts.write(name, make(result), contentType)
    } catch (error) {
      log.warn('a report could not be kept', { name, error: error instanceof Error ? error.message : String(error) })
    }
  }
}
