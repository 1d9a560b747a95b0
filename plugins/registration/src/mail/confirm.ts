import type { Verdict } from '../outcome/classify.ts'
import { confirms, refusingLine } from '../outcome/words.ts'
import { observe, unlessBetweenDocuments } from '../page/form-page.ts'
import type { Observation } from '../page/observe.ts'
import { leftOrigin, type Session } from '../session.ts'
import type { Confirmation } from '../submission.ts'
import type { Inbox, Mail } from './inbox.ts'
import { confirmationLink } from './link.ts'

/** Between two looks into the inbox, in milliseconds. */
const lookEvery = 200
/** A page that says nothing for so long has nothing more to say, in milliseconds. */
const silence = 1000
/** Between two looks at a page, in milliseconds. */
const pageEvery = 50

export interface Confirmed {
  readonly verdict: Verdict
  readonly confirmation: Confirmation
}

/** Waits for the mail of a sign-up that the site has accepted, and follows its link. */
export async function confirmByMail(session: Session, inbox: Inbox, address: string): Promise<Confirmed> {
  const { now, page, watch, left } = session
  const began = now()
  const { link: url, mails, broken } = await waitForLink(session, inbox, address)
  const mailMs = now() - began
  if (url === undefined) return { verdict: withoutLink({ mails, broken, mailMs }), confirmation: { mailMs } }
  const openedAt = now()
  const response = await page.goto(url, { waitUntil: 'domcontentloaded', timeout: left() })
  const status = response?.status() ?? 200
  const { said, refusal } = status < 400 ? await hear(session) : { said: undefined, refusal: undefined }
  const confirmation = { mailMs, openMs: now() - openedAt, status, url: url.split(/[?#]/)[0] ?? url }
  if (watch.left !== undefined) return { verdict: leftOrigin(watch.left), confirmation }
  if (status >= 400 || refusal !== undefined)
    return {
      verdict: failed(`The link of the mail did not work: ${refusal ?? `the answer was ${status}`}`),
      confirmation,
    }
  const reason = `The link of the mail was followed${said === undefined ? '' : `; the page says: ${said}`}`
  return { verdict: { outcome: 'success', reason: /[.!?。！]$/.test(reason) ? reason : `${reason}.` }, confirmation }
}

interface Looked {
  readonly link: string | undefined
  /** How many came. */
  readonly mails: number
  /** Why the inbox told nothing the last time. */
  readonly broken: string | undefined
}

/** Looks for a mail with a link, since some sites greet with another mail before it or after it. */
async function waitForLink(session: Session, inbox: Inbox, address: string): Promise<Looked> {
  const { left, now, config, watch, authorisation } = session
  const origins = new Set([authorisation.origin, ...authorisation.submitOrigins])
  const until = now() + Math.min(left(), config.inbox?.timeoutMs ?? left())
  for (;;) {
    const { mails, broken } = await mailsOf(inbox, address)
    const link = mails.map((mail) => confirmationLink(mail, origins)).find((each) => each !== undefined)
    if (link !== undefined || now() >= until || left() <= 1) return { link, mails: mails.length, broken }
    await watch.change(lookEvery)
  }
}

const passing: ReadonlySet<string> = new Set(['EGRESS_FAILED', 'EGRESS_TIMEOUT'])

/** An inbox that does not answer once may do so the next time; one that may not be asked ends the run. */
async function mailsOf(
  inbox: Inbox,
  address: string,
): Promise<{ readonly mails: readonly Mail[]; readonly broken: string | undefined }> {
  try {
    return { mails: await inbox.to(address), broken: undefined }
  } catch (error) {
    if (!(error instanceof Error) || ('code' in error && !passing.has(String(error.code)))) throw error
    return { mails: [], broken: error.message }
  }
}

function withoutLink({ mails, broken, mailMs }: Omit<Looked, 'link'> & { readonly mailMs: number }): Verdict {
  if (mails > 0) return failed('The mail has no link of this site that would confirm anything.')
  const why = broken === undefined ? '' : ` (${broken})`
  return { outcome: 'no_mail', reason: `No mail came within ${mailMs} ms${why}.` }
}

function failed(reason: string): Verdict {
  return { outcome: 'confirmation_failed', reason }
}

/** What the page says of the confirmation; an app may ask its site first. */
async function hear({ page, watch, now, left }: Session) {
  const began = now()
  for (;;) {
    const shown = watch.left === undefined ? await unlessBetweenDocuments(() => observe(page.mainFrame())) : undefined
    const refusal = shown === undefined ? undefined : refusalOf(shown)
    const said = shown?.lines.find(confirms)
    const quietMs = now() - Math.max(began, watch.changedAt)
    const isOver = watch.left !== undefined || left() <= 1 || (shown?.busy === false && quietMs >= silence)
    if (refusal !== undefined || (said !== undefined && shown?.busy === false) || isOver) return { said, refusal }
    await watch.change(pageEvery)
  }
}

function refusalOf({ errors, lines }: Observation): string | undefined {
  return refusingLine(errors) ?? (lines.some(confirms) ? undefined : refusingLine(lines))
}
