import type { EgressReport, PluginContext, PluginPage } from '@refbot/plugin-sdk'
import type { RegistrationConfig } from './config.ts'
import type { Verdict } from './outcome/classify.ts'
import { takeScreenshot } from './page/screenshot.ts'
import { snapshot } from './page/snapshot.ts'
import type { Trace } from './page/trace.ts'
import type { SignUp } from './sign-up.ts'
import type { Submission, SubmissionStep } from './submission.ts'

interface Seen {
  readonly index: number
  readonly page: PluginPage
  readonly signUp: SignUp
  readonly trace: Trace
  readonly verdict: Verdict
  readonly steps: readonly SubmissionStep[]
  readonly egress: EgressReport
}

/** Keeps what shows how a submission ended: picture, document and trace, as configured. The names of the files. */
export async function keepEvidence(
  context: Pick<PluginContext<RegistrationConfig>, 'artifacts' | 'log' | 'config'>,
  { index, page, signUp, trace, verdict, steps, egress }: Seen,
): Promise<Pick<Submission, 'screenshot' | 'snapshot' | 'trace'>> {
  const { config, artifacts, log } = context
  const wanted = (when: 'always' | 'failure' | 'never') =>
    when === 'always' || (when === 'failure' && verdict.outcome !== 'success')
  const files: { screenshot?: string; snapshot?: string; trace?: string } = {}
  try {
    // Before the picture, for which passwords are covered.
    const html = wanted(config.traces) ? await snapshot(page) : undefined
    if (html !== undefined) {
      // As plain text: this is a foreign page, and whoever opens it must not run it.
      const name = fileOf(index, 'html.txt')
      files.snapshot = (await artifacts.write(name, signUp.scrub(html), 'text/plain; charset=utf-8')).name
    }
    if (wanted(config.screenshots)) {
      const picture = await takeScreenshot(context, page, fileOf(index, 'png'), signUp.password)
      if (picture !== undefined) files.screenshot = picture
    }
    if (wanted(config.traces)) {
      const { faults, refusal, limit, forwarded, refused } = egress
      const said = {
        ...{ index, verdict, steps, matched: signUp.matched },
        egress: { faults, refusal, limit, forwarded, refused },
        events: trace.events.map((event) => ({ ...event, text: signUp.scrub(event.text) })),
        eventsLeftOut: trace.left,
      }
      const text = signUp.scrub(JSON.stringify(said, null, 2))
      files.trace = (await artifacts.write(fileOf(index, 'trace.json'), text, 'application/json')).name
    }
  } catch (error) {
    log.warn('evidence could not be kept', { index, error: error instanceof Error ? error.message : String(error) })
  }
  return files
}

function fileOf(index: number, ending: string): string {
  return `submission-${String(index).padStart(3, '0')}.${ending}`
}
