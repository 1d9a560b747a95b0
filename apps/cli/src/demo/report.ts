import type { Submission } from '@refbot/plugin-registration'
import type { DemoOutcome } from './run.ts'

/** The demo's tables, as lines of plain text. */
export function report({ batch, scores, names, run, artifactsDir }: DemoOutcome): string {
  const named = (proxy: string) => names.get(proxy) ?? proxy
  const rows = batch.submissions.map((submission) => [
    String(submission.index + 1),
    `${submission.outcome === 'success' ? '●' : '■'} ${submission.outcome}`,
    `${(submission.durationMs / 1000).toFixed(2)} s`,
    way(submission, named),
    `${submission.identity.firstName} ${submission.identity.lastName} <${submission.identity.email}>`,
  ])
  const { summary } = batch
  const proxies = scores.map((score) => [
    named(score.proxyId),
    score.score.toFixed(1),
    score.circuit,
    `${Math.round(score.success * 100)} %`,
    score.latencyMs === null ? '' : `${Math.round(score.latencyMs)} ms`,
    String(score.uses),
  ])
  return [
    columns(['#', 'outcome', 'duration', 'proxy', 'identity'], rows),
    '',
    `${summary.succeeded} of ${summary.planned} succeeded (${(summary.successRate * 100).toFixed(1)} %), ` +
      `p50 ${seconds(summary.p50DurationMs)}, p95 ${seconds(summary.p95DurationMs)}`,
    '',
    columns(['proxy', 'score', 'circuit', 'success', 'latency', 'uses'], proxies),
    '',
    `Run ${run.id}: ${run.artifacts.length} screenshots and other artifacts in ${artifactsDir}`,
  ].join('\n')
}

function way({ attempts, proxy }: Submission, named: (proxy: string) => string): string {
  return attempts.length === 0 ? named(proxy) : attempts.map((attempt) => named(attempt.proxy)).join(' → ')
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? 'unknown' : `${(ms / 1000).toFixed(2)} s`
}

function columns(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)))
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
