import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { close, type Listening, listen, loopback } from '../listen.ts'
import { AccountStore } from './accounts.ts'
import { Confirmations } from './confirmations.ts'
import { SignUpDesk } from './desk.ts'
import { type SiteFault, siteFaults } from './faults.ts'
import { type Answer, BodyRefused, pageAnswer, send } from './http.ts'
import { sendMail } from './mail.ts'
import { page } from './pages/layout.ts'
import { noticePage } from './pages/notices.ts'
import { hashPassword } from './password.ts'
import { createRoutes, type Routes } from './routes.ts'

export interface SiteSettings {
  /** 0 for a free port. */
  readonly port: number
  readonly databaseFile: string
  readonly fault: SiteFault
  /** Milliseconds before each answer but that of `/api/health`. */
  readonly latencyMs: number
  readonly rateLimit: number
  readonly redirectTo: string
  /** Of a mail server on loopback; 0 for none. */
  readonly smtpPort: number
}

export interface SiteTools {
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<unknown>
  /** Told of failures of the site's own, which a visitor sees as 500. */
  readonly report: (error: unknown) => void
}

/**
 * The site, in this process.
 * @throws DemoError `DEMO_FILE`, `DEMO_PORT_BUSY`
 */
export async function serveSite(settings: SiteSettings, { now, sleep, report }: SiteTools): Promise<Listening> {
  const behaviour = siteFaults[settings.fault]
  using stack = new DisposableStack()
  const accounts = stack.use(new AccountStore(settings.databaseFile))
  const newId = (): string => randomUUID()
  const { rateLimit, redirectTo } = settings
  const desk = new SignUpDesk({ accounts, rule: behaviour.submit, rateLimit, redirectTo, now, newId, hashPassword })
  let origin = ''
  const confirmations = new Confirmations(newId, (to, token) =>
    sendMail(settings.smtpPort, {
      to,
      subject: 'Confirm your e-mail address',
      text: `Welcome to the logbook.\n\nConfirm your address: ${origin}/confirm?token=${token}\n\nThe start page: ${origin}/`,
    }),
  )
  const routes = createRoutes({ behaviour, desk, newId, ...(behaviour.mail ? { confirmations } : {}) })

  const server = createServer(async (request, response) => {
    const url = URL.parse(request.url ?? '/', `http://${loopback}`)
    if (settings.latencyMs > 0 && url?.pathname !== '/api/health') await sleep(settings.latencyMs)
    const answer = await answerTo(routes, request, url, report)
    if (!response.destroyed) send(response, answer)
  })
  const port = await listen(server, settings.port)
  const owned = stack.move()
  origin = `http://${loopback}:${port}`
  return {
    port,
    url: origin,
    async [Symbol.asyncDispose]() {
      await close(server)
      owned.dispose()
    },
  }
}

async function answerTo(
  routes: Routes,
  request: IncomingMessage,
  url: URL | null,
  report: (error: unknown) => void,
): Promise<Answer> {
  const methods = url !== null && Object.hasOwn(routes, url.pathname) ? routes[url.pathname] : undefined
  if (url === null || methods === undefined) return notice(404, 'Not found', 'There is no such page.')
  const route = methods[request.method === 'HEAD' ? 'GET' : (request.method ?? '')]
  if (route === undefined) {
    const allow = Object.keys(methods).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
    return notice(405, 'Not allowed', 'This page does not take that.', { allow: allow.join(', ') })
  }
  try {
    return await route({ request, query: url.searchParams })
  } catch (error) {
    if (error instanceof BodyRefused) return notice(error.status, 'Not accepted', error.message)
    // A visitor who hangs up in the middle of a body is no failure of ours.
    if (!request.destroyed) report(error)
    return notice(500, 'Error', 'The demo site itself failed.')
  }
}

function notice(status: number, title: string, text: string, headers: Record<string, string> = {}): Answer {
  return pageAnswer(page({ title, body: noticePage(title, text), banner: false }), status, headers)
}
