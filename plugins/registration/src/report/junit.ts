import { type BatchResult, outcomes, type Submission } from '../submission.ts'
import { escaped } from './markup.ts'

/** JUnit XML: a suite for the batch, a case for each submission. What the site never answered is an error, not a failure. */
export function toJUnit({ submissions, summary }: BatchResult): string {
  const errors = submissions.filter(isError).length
  const failures = summary.failed - errors
  const seconds = submissions.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000
  const counts = `tests="${submissions.length}" failures="${failures}" errors="${errors}" time="${seconds.toFixed(3)}"`
  const started = submissions[0]?.startedAt
  const timestamp = started === undefined ? '' : ` timestamp="${new Date(started).toISOString()}"`
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites ${counts}>
  <testsuite name="${escaped(`registration ${summary.url}`)}" ${counts}${timestamp}>
    <properties>
      <property name="run" value="${escaped(summary.runId)}"/>
    </properties>
${submissions.map(testCase).join('')}  </testsuite>
</testsuites>
`
}

function isError({ outcome }: Submission): boolean {
  return outcomes[outcome].repeatable === true || outcome === 'unknown_fate'
}

function testCase(submission: Submission): string {
  const { index, outcome, reason, durationMs, proxy, identity } = submission
  const head = `    <testcase classname="registration" name="${escaped(`submission ${index + 1} (${identity.email}, ${proxy})`)}" time="${(durationMs / 1000).toFixed(3)}"`
  if (outcome === 'success') return `${head}/>\n`
  const kind = isError(submission) ? 'error' : 'failure'
  return `${head}>\n      <${kind} type="${outcome}" message="${escaped(reason)}"/>\n    </testcase>\n`
}
