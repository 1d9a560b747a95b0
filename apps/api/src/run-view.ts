import type { ArtifactRecord, RunDetails, RunProgress, RunRecord, StepRecord } from '@refbot/runtime'
import type { JSONValue } from 'hono/utils/types'
import { iso, present } from './wire.ts'

/** A run as the API shows it. */
export function runView(run: RunRecord, progress: RunProgress | undefined) {
  const { id, plugin, cause, jobId, status, reason, scheduledAt, claimedAt, retryAt, endedAt, attempts, error } = run
  return {
    ...present({ id, plugin, cause, action: actionOf(run), jobId, status, reason, error }),
    scheduledAt: iso(scheduledAt),
    claimedAt: iso(claimedAt),
    ...ending(claimedAt, endedAt),
    ...(retryAt === undefined ? {} : { retryAt: iso(retryAt) }),
    attempts: attempts.map((attempt) => ({
      number: attempt.number,
      startedAt: iso(attempt.startedAt),
      ...ending(attempt.startedAt, attempt.endedAt),
      ...present({ error: attempt.error }),
    })),
    ...present({ progress }),
  }
}

/** The action that was run instead of the plugin's `execute`. */
function actionOf({ input }: RunRecord): string | undefined {
  return (input as { readonly action?: { readonly name: string } } | undefined)?.action?.name
}

export function runDetailsView(run: RunDetails, progress: RunProgress | undefined) {
  return {
    ...runView(run, progress),
    // Whatever it is, it has come out of JSON.
    result: (run.result ?? null) as JSONValue,
    steps: run.steps.map(stepView),
    artifacts: run.artifacts.map(artifactView),
  }
}

/** Where the file of a run is fetched. */
export function artifactHref(runId: string, name: string): string {
  return `/api/runs/${encodeURIComponent(runId)}/artifacts/${encodeURIComponent(name)}`
}

function stepView({ attempt, number, path, startedAt, endedAt, error }: StepRecord) {
  return {
    attempt,
    number,
    path,
    startedAt: iso(startedAt),
    endedAt: iso(endedAt),
    durationMs: endedAt - startedAt,
    ...present({ error }),
  }
}

function artifactView({ runId, name, contentType, bytes, createdAt }: ArtifactRecord) {
  return { name, contentType, bytes, createdAt: iso(createdAt), href: artifactHref(runId, name) }
}

function ending(startedAt: number, endedAt: number | undefined) {
  return endedAt === undefined ? {} : { endedAt: iso(endedAt), durationMs: endedAt - startedAt }
}
