import { type JsonValue, PluginError, type PluginHttp } from '@refbot/plugin-sdk'
import type { Inbox, Mail } from './inbox.ts'

/** Asked for of one address. */
const maxMails = 4

interface Api {
  /** Answers with 200 where this is the API. */
  readonly probe: string
  to(get: (path: string) => Promise<JsonValue>, address: string): Promise<readonly Mail[]>
}

const mailpit: Api = {
  probe: '/api/v1/info',
  async to(get, address) {
    const query = encodeURIComponent(`to:"${address}"`)
    const { messages = [] } = (await get(`/api/v1/search?query=${query}&limit=${maxMails}`)) as {
      messages?: { ID: string }[]
    }
    return Promise.all(
      messages.map(async ({ ID }) => {
        const mail = (await get(`/api/v1/message/${encodeURIComponent(ID)}`)) as Record<string, string | undefined>
        return { subject: mail.Subject ?? '', text: mail.Text ?? '', html: mail.HTML ?? '' }
      }),
    )
  },
}

/** @param list Where it lists its mails: version 3 has moved it. */
const maildev = (list: string): Api => ({
  probe: `${list}?to.address=nobody@example.com`,
  async to(get, address) {
    const all = (await get(`${list}?to.address=${encodeURIComponent(address)}`)) as {
      readonly to?: readonly { readonly address?: string }[]
      readonly subject?: string
      readonly text?: string
      readonly html?: string
    }[]
    return all
      .filter(({ to = [] }) => to.some((each) => each.address?.toLowerCase() === address.toLowerCase()))
      .slice(-maxMails)
      .reverse()
      .map(({ subject = '', text = '', html = '' }) => ({ subject, text, html }))
  },
})

const apis = [mailpit, maildev('/api/email'), maildev('/email')]

/**
 * An inbox that speaks Mailpit's or maildev's API; which of them, it is asked once.
 * @throws PluginError `INBOX_UNREACHABLE`, and the host's own where its address is not authorised
 */
export async function apiInbox(http: PluginHttp, url: string): Promise<Inbox> {
  const base = url.replace(/\/$/, '')
  const api = await which(http, base)
  const get = async (path: string) => {
    const answer = await http.request(`${base}${path}`, { timeoutMs: 5000 })
    if (answer.status !== 200) throw new Error(`The inbox answered with ${answer.status}.`)
    return answer.json()
  }
  return {
    to: (address) => api.to(get, address),
    [Symbol.asyncDispose]: async () => undefined,
  }
}

async function which(http: PluginHttp, base: string): Promise<Api> {
  for (const api of apis) {
    const { status } = await http.request(`${base}${api.probe}`, { timeoutMs: 5000 })
    if (status === 200) return api
  }
  throw new PluginError('INBOX_UNREACHABLE', `${base} is no inbox of Mailpit or maildev.`, {
    hint: 'Name the address of its web page in inbox.url, such as http://127.0.0.1:8025.',
    retryable: false,
  })
}
