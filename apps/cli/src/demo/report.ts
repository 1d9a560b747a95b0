import { relative } from 'node:path'
import type { Submission } from '@refbot/plugin-registration'
import type { Session } from '../session.ts'
import { stateCell } from '../terminal/state.ts'
import { percent } from '../terminal/text.ts'
import type { DemoOutcome } from './run.ts'

/** The demo's tables. */
export function report(session: Session, { batch, scores, names, run, artifactsDir }: DemoOutcome): string {
  const { submissions, summary } = batch
  const named = (proxy: string) => names.get(proxy) ?? proxy
  return [
    session.table(
      [
        { head: '#', align: 'right' },
        { head: 'outcome' },
        { head: 'duration', align: 'right' },
        { head: 'proxy' },
        { head: 'identity' },
      ],
      submissions.map((submission) => [
        String(submission.index + 1),
        stateCell(submission.outcome),
        seconds(submission.durationMs),
        way(submission, named),
        `${submission.identity.firstName} ${submission.identity.lastName} <${submission.identity.email}>`,
      ]),
    ),
    '',
    `${summary.succeeded} of ${summary.planned} succeeded (${percent(summary.successRate)}), ` +
      `p50 ${seconds(summary.p50DurationMs)}, p95 ${seconds(summary.p95DurationMs)}`,
    '',
    session.table(
      [
        { head: 'proxy' },
        { head: 'score', align: 'right' },
        { head: 'circuit' },
        { head: 'success', align: 'right' },
        { head: 'latency', align: 'right' },
        { head: 'uses', align: 'right' },
      ],
      scores.map((score) => [
        named(score.proxyId),
        score.score.toFixed(1),
        stateCell(score.circuit),
        percent(score.success),
        score.latencyMs === null ? '' : `${Math.round(score.latencyMs)} ms`,
        String(score.uses),
      ]),
    ),
    '',
    `Run ${run.id}: ${run.artifacts.length} artifacts, screenshots among them, in`,
    `  ${relative(session.cwd, artifactsDir)}`,
  ].join('\n')
}

function way({ attempts, proxy }: Submission, named: (proxy: string) => string): string {
  return attempts.length === 0 ? named(proxy) : attempts.map((attempt) => named(attempt.proxy)).join(' → ')
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? 'unknown' : `${(ms / 1000).toFixed(2)} s`
}
