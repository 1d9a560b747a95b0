import { availableParallelism } from 'node:os'
import { type PluginContext, type PluginError, StoppedError } from '@refbot/plugin-sdk'
import { type Agreement, agreementFor } from './agreement.ts'
import { Closing } from './closing.ts'
import type { RegistrationConfig } from './config.ts'
import { DayLimit } from './day-limit.ts'
import { dayIsFull, endOf, noneSucceeded } from './ending.ts'
import { makeIdentity } from './identity/identity.ts'
import { inLanes, Pace } from './lanes.ts'
import { type Inbox, openInbox } from './mail/inbox.ts'
import { closeEarlier, keep } from './records.ts'
import { writeReports } from './report/write-reports.ts'
import { type BatchResult, type Submission, summarise } from './submission.ts'
import { type BatchTools, submitOne } from './submit-one.ts'

type Context = PluginContext<RegistrationConfig>

/**
 * Makes the submissions of one run. A run that is tried again continues its batch: what was sent is never sent again,
 * whatever came of it.
 * @throws PluginError `SITE_REFUSED`, `LEFT_AUTHORISED_ORIGIN`, `LIMIT_REACHED`, `NO_SUBMISSION_SUCCEEDED`, and the host's own
 */
export async function runBatch(context: Context, tools: BatchTools): Promise<BatchResult> {
  const { config, run } = context
  for (const notice of config.notices) context.log.warn(notice)
  const agreement = await agreementFor(context, config)
  await using inbox = config.inbox === undefined ? undefined : await openInbox(config.inbox, context)
  const batch = new Batch(context, tools, agreement, inbox)
  const { planned, submissions, over } = await batch.make()
  const facts = { runId: run.id, url: config.url, planned, authorisationHash: batch.agreement.hash }
  const result = fitted({ submissions, summary: summarise(facts, submissions) })
  await writeReports(context, result)
  if (over !== undefined) throw over
  if (result.summary.succeeded === 0) throw noneSucceeded(submissions)
  return result
}

/** A submission under way. */
interface Flight {
  readonly index: number
  readonly stop: AbortController
  /** On record as pending, or its outcome is known: it is let come to its end. */
  settled: boolean
}

class Batch {
  readonly agreement: Agreement
  readonly #context: Context
  readonly #tools: BatchTools
  readonly #day: DayLimit
  readonly #inbox: Inbox | undefined
  readonly #done = new Map<number, Submission>()
  readonly #flights = new Set<Flight>()
  readonly #lanes: number
  readonly #closing: Closing
  #planned = 0
  #over: PluginError | undefined

  constructor(context: Context, tools: BatchTools, agreement: Agreement, inbox: Inbox | undefined) {
    this.#inbox = inbox
    this.#context = context
    this.#tools = tools
    this.agreement = agreement
    const { authorisation } = agreement
    this.#day = new DayLimit(context.storage, authorisation, tools.now)
    const agreed = authorisation.concurrency ?? Infinity
    this.#lanes = context.config.delayBetweenSubmissionsMs > 0 ? 1 : lanesFor(context.config, agreed)
    this.#closing = new Closing(this.#lanes, agreed)
  }

  async make() {
    const { config, run, storage, log } = this.#context
    const { authorisation } = this.agreement
    for (const [index, submission] of await closeEarlier(storage, run.id)) this.#done.set(index, submission)
    const open = Array.from({ length: config.batchSize }, (_, index) => index).filter((index) => !this.#done.has(index))
    const indexes = open.slice(0, await this.#day.left())
    if (indexes.length < open.length) {
      log.warn('the owner of the site takes fewer submissions today', { wanted: open.length, made: indexes.length })
      if (this.#done.size + indexes.length === 0) throw dayIsFull(authorisation.origin)
    }
    this.#planned = this.#done.size + indexes.length
    const pauseMs = Math.max(
      config.delayBetweenSubmissionsMs,
      Math.ceil(60_000 / (authorisation.maxPerMinute ?? Infinity)),
    )
    const pace = new Pace({ pauseMs, checkpoint: this.#context.checkpoint, sleep: this.#context.sleep })
    await using _ = this.#closing
    const work = async (index: number) => {
      await pace.begin()
      if (this.#over === undefined) await this.#one(index)
    }
    await inLanes(this.#lanes, indexes, work, () => this.#over !== undefined)
    const submissions = [...this.#done.values()].sort((a, b) => a.index - b.index)
    return { planned: this.#planned, submissions, over: this.#over }
  }

  async #one(index: number): Promise<void> {
    const flight: Flight = { index, stop: new AbortController(), settled: false }
    this.#flights.add(flight)
    try {
      this.#took(await this.#context.step(`submission ${index + 1}`, () => this.#submit(flight)))
    } catch (error) {
      // Another submission has ended the batch before this one was sent: nothing came of it, and nothing is on record.
      if (!flight.stop.signal.aborted || this.#context.signal.aborted) throw error
    } finally {
      this.#flights.delete(flight)
    }
  }

  async #submit(flight: Flight): Promise<Submission> {
    const { config, run, storage, signal } = this.#context
    const { index, stop } = flight
    const { authorisation, emailDomain, hash } = this.agreement
    const context = { ...this.#context, signal: AbortSignal.any([signal, stop.signal]) }
    const submission = await submitOne(context, this.#tools, {
      index,
      identity: makeIdentity({ seed: config.seed ?? run.id, index, domain: emailDomain }),
      authorisation,
      authorisationHash: hash,
      inbox: this.#inbox,
      keepPending: async (row) => {
        if (stop.signal.aborted) throw new StoppedError()
        if (!flight.settled && !(await this.#day.take())) {
          this.#end(dayIsFull(authorisation.origin))
          throw new StoppedError()
        }
        flight.settled = true
        await keep(storage, run.id, 'pending', row)
      },
      close: (leased) => this.#closing.close(leased),
      heard: ({ outcome, reason }) => {
        flight.settled = true
        const over = endOf({ outcome, reason, index })
        if (over !== undefined) this.#end(over)
      },
    })
    await keep(storage, run.id, 'done', submission)
    return submission
  }

  #took(submission: Submission): void {
    const { metrics, log, progress } = this.#context
    const { index, outcome, proxy, region, durationMs, reason, identity } = submission
    this.#done.set(index, submission)
    const labels = { outcome, proxy, ...(region === undefined ? {} : { region }) }
    metrics.record('registration.duration', durationMs, labels)
    metrics.record('registration.outcome', outcome === 'success' ? 1 : 0, labels)
    log.info('submission', { index, outcome, reason, proxy, durationMs, email: identity.email })
    progress(this.#done.size, this.#planned, `${identity.email}: ${outcome} through ${proxy}`)
  }

  /** What has not been sent is not sent any more; what has been comes to its end. */
  #end(over: PluginError): void {
    this.#over ??= over
    for (const { settled, stop } of this.#flights) if (!settled) stop.abort()
  }
}

/** More at a time would wait for each other on the processor. */
const mostLanes = 4

function lanesFor({ concurrency }: RegistrationConfig, agreed: number): number {
  return Math.max(1, Math.min(concurrency ?? Math.min(availableParallelism(), mostLanes), agreed))
}

/** A value that leaves the process may have a megabyte; of a large batch the details stay in the storage alone. */
function fitted(result: BatchResult): BatchResult {
  if (JSON.stringify(result).length <= 400_000) return result
  const submissions = result.submissions.map((submission) => ({
    ...submission,
    matched: [],
    steps: [],
    consoleErrors: [],
  }))
  return { ...result, submissions }
}
