import type { PluginHttp } from '@refbot/plugin-sdk'
import type { InboxConfig } from '../config.ts'
import { apiInbox } from './api-inbox.ts'
import { MailSink } from './sink.ts'

export interface Mail {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** Where the mails of sign-ups arrive. */
export interface Inbox extends AsyncDisposable {
  /** The last few mails to an address, the newest first. */
  to(address: string): Promise<readonly Mail[]>
}

/** @throws PluginError `INBOX_UNREACHABLE` */
export async function openInbox(
  { url, smtpPort }: InboxConfig,
  { http }: { readonly http: PluginHttp },
): Promise<Inbox> {
  if (smtpPort !== undefined) return MailSink.listen(smtpPort)
  return apiInbox(http, url ?? '')
}
