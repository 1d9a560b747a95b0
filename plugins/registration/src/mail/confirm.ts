import { plain } from '../fields/text.ts'
import type { Verdict } from '../outcome/classify.ts'
import { confirms, refuses } from '../outcome/words.ts'
import { observe } from '../page/form-page.ts'
import { leftOrigin, type Session } from '../session.ts'
import type { Confirmation } from '../submission.ts'
import type { Inbox, Mail } from './inbox.ts'
import { confirmationLink } from './link.ts'

/** Between two looks into the inbox, in milliseconds. */
const lookEvery = 200

export interface Confirmed {
  readonly verdict: Verdict
  readonly confirmation: Confirmation
}

/** Waits for the mail of a sign-up that the site has accepted, and follows its link. */
export async function confirmByMail(session: Session, inbox: Inbox, address: string): Promise<Confirmed> {
  const { now, authorisation, page, watch, left } = session
  const began = now()
  const mail = await waitForMail(session, inbox, address)
  const mailMs = now() - began
  if (mail === undefined)
    return { verdict: { outcome: 'no_mail', reason: `No mail came within ${mailMs} ms.` }, confirmation: { mailMs } }
  const url = confirmationLink(mail, new Set([authorisation.origin, ...authorisation.submitOrigins]))
  if (url === undefined)
    return {
      verdict: {
        outcome: 'confirmation_failed',
        reason: 'The mail has no link of this site that would confirm anything.',
      },
      confirmation: { mailMs },
    }
  const openedAt = now()
  const response = await page.goto(url, { waitUntil: 'domcontentloaded', timeout: left() })
  const { lines, errors } = await observe(page.mainFrame())
  const status = response?.status() ?? 200
  const confirmation = { mailMs, openMs: now() - openedAt, status, url: url.split(/[?#]/)[0] ?? url }
  if (watch.left !== undefined) return { verdict: leftOrigin(watch.left), confirmation }
  const said = (texts: readonly string[], words: RegExp) => texts.find((text) => words.test(plain(text)))
  const refusal = said(errors, refuses)
  if (status >= 400 || refusal !== undefined) {
    const why = refusal ?? `the answer was ${status}`
    return {
      verdict: { outcome: 'confirmation_failed', reason: `The link of the mail did not work: ${why}` },
      confirmation,
    }
  }
  const word = said(lines, confirms)
  const reason = `The link of the mail was followed${word === undefined ? '' : `; the page says: ${word}`}`
  return { verdict: { outcome: 'success', reason: reason.endsWith('.') ? reason : `${reason}.` }, confirmation }
}

async function waitForMail(
  { left, now, config, watch }: Session,
  inbox: Inbox,
  address: string,
): Promise<Mail | undefined> {
  const until = now() + Math.min(left(), config.inbox?.timeoutMs ?? left())
  for (;;) {
    const mail = await inbox.newest(address)
    if (mail !== undefined || now() >= until || left() <= 1) return mail
    await watch.change(lookEvery)
  }
}
