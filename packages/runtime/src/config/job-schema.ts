import { nextRuns, SchedulerError, type Trigger } from '@refbot/scheduler'
import { z } from 'zod'

const whole = (least: number) => z.int().min(least)
const ms = (least: number) => z.number().min(least)

const retrySchema = z.strictObject({
  attempts: whole(1).meta({ description: 'Attempts in all, the first included.' }),
  delayMs: ms(0).optional().meta({ description: 'Wait before the first retry, in ms; none: 1000.' }),
  multiplier: z
    .number()
    .min(1)
    .optional()
    .meta({ description: 'By which each wait is longer than the last; none: 2.' }),
  maxDelayMs: ms(0).optional().meta({ description: 'Cap of one wait, in ms; none: an hour.' }),
  jitter: z
    .enum(['none', 'full'])
    .optional()
    .meta({ description: '`full` draws each wait from 0 to the computed one.' }),
})

/** A run of a plugin that is due at certain times. */
export const jobSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, {
        error: 'an id is 1 to 128 letters, digits, dots, hyphens and underscores',
      })
      .meta({ description: 'Names the job; each id stands here once.' }),
    plugin: z.string().min(1).meta({ description: 'Folder of the plugin in `pluginsDir`.' }),
    cron: z.string().min(1).optional().meta({ description: 'When, as a cron expression of 5 to 7 fields.' }),
    everyMs: whole(1).optional().meta({ description: 'When, as a period in ms.' }),
    at: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({ description: 'When, as one ISO 8601 time with its offset.' }),
    timeZone: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'IANA zone of `cron`; none: that of the configuration.' }),
    paused: z.boolean().default(false).meta({ description: 'Kept without firing.' }),
    overlap: z.enum(['skip', 'queue', 'allow']).default('skip').meta({
      description: 'What a firing does while the job still runs: it is skipped, waits for its turn, or runs beside it.',
    }),
    misfire: z.enum(['skip', 'once', 'all']).default('once').meta({
      description: 'What becomes of firings that were due while RefBot did not run: none, one or all are made up for.',
    }),
    timeoutMs: whole(1).optional().meta({ description: 'Limit of one attempt, in ms; none: no limit.' }),
    onAbandoned: z.enum(['record', 'retry']).default('record').meta({
      description: 'What becomes of a run that a crash cut off: it is recorded as failed, or tried again.',
    }),
    retry: retrySchema.optional().meta({ description: 'What follows a run that failed; none: no retry.' }),
    notReady: retrySchema.optional().meta({
      description:
        'What follows a run whose plugin says that something it needs is not ready; none: 20 attempts, 5 s to 10 min apart.',
    }),
  })
  .superRefine((job, context) => {
    const problem = triggerProblem(job)
    if (problem !== undefined) context.addIssue({ code: 'custom', path: problem.path, message: problem.message })
  })

export type ConfigJob = z.output<typeof jobSchema>

export const jobsSchema = z.array(jobSchema).superRefine((jobs, context) => {
  const seen = new Set<string>()
  for (const [index, { id }] of jobs.entries()) {
    if (seen.has(id)) context.addIssue({ code: 'custom', path: [index, 'id'], message: `${id} stands here already` })
    seen.add(id)
  }
})

/** When a valid job is due. */
export function triggerOfJob({ cron, everyMs, at, timeZone }: Pick<ConfigJob, TriggerKey | 'timeZone'>): Trigger {
  if (cron !== undefined) return { type: 'cron', expression: cron, ...(timeZone === undefined ? {} : { timeZone }) }
  if (everyMs !== undefined) return { type: 'interval', everyMs }
  return { type: 'at', at: Date.parse(at ?? '') }
}

const TRIGGER_KEYS = ['cron', 'everyMs', 'at'] as const
type TriggerKey = (typeof TRIGGER_KEYS)[number]

function triggerProblem(
  job: Pick<ConfigJob, TriggerKey | 'timeZone'>,
): { path: string[]; message: string } | undefined {
  const given = TRIGGER_KEYS.filter((key) => job[key] !== undefined)
  const [key] = given
  if (key === undefined || given.length > 1)
    return { path: [], message: 'exactly one of cron, everyMs and at is needed' }
  if (key !== 'cron') {
    return job.timeZone === undefined ? undefined : { path: ['timeZone'], message: 'only cron has a time zone' }
  }
  try {
    const [next] = nextRuns(triggerOfJob(job), 1, Date.now())
    return next === undefined ? { path: ['cron'], message: 'it never fires' } : undefined
  } catch (error) {
    if (!(error instanceof SchedulerError)) throw error
    const path = error.code === 'UNKNOWN_TIME_ZONE' ? 'timeZone' : 'cron'
    return { path: [path], message: error.message.replace(/\.$/, '') }
  }
}
