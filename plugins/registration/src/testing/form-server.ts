import { createServer, type IncomingMessage } from 'node:http'

export interface FormServer extends AsyncDisposable {
  readonly url: string
  /** Bodies of the forms sent, oldest first. */
  readonly sent: URLSearchParams[]
}

/** What the server makes of a request; undefined is a 404. */
export type Answer =
  | { readonly html: string; readonly status?: number }
  | { readonly redirect: string }
  | { readonly headers: Readonly<Record<string, string>>; readonly body: string }
  | 'never'
  | undefined

/** A site of one test, on a free port. A form that is sent counts as accepted when `answer` says nothing else. */
export async function serveForms(
  answer: (path: string, form: URLSearchParams | undefined) => Answer | Promise<Answer>,
): Promise<FormServer> {
  const sent: URLSearchParams[] = []
  const server = createServer(async (request, response) => {
    const form = request.method === 'POST' ? new URLSearchParams(await bodyOf(request)) : undefined
    if (form !== undefined) sent.push(form)
    const made =
      (await answer(request.url ?? '/', form)) ??
      (form === undefined ? undefined : { html: page('<h1>Hello there</h1>') })
    if (made === 'never') return
    if (made === undefined) response.writeHead(404).end()
    else if ('redirect' in made) response.writeHead(303, { location: made.redirect }).end()
    else if ('headers' in made) response.writeHead(200, made.headers).end(made.body)
    else response.writeHead(made.status ?? 200, { 'content-type': 'text/html; charset=utf-8' }).end(made.html)
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return {
    url: `http://127.0.0.1:${address.port}/`,
    sent,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The document of a sign-up form. */
export const signUpPage = page(
  '<form method="post"><label>Email <input name="email" type="email"></label><label>Password <input name="pw" type="password"></label><button>Sign up</button></form>',
)

/** A site that takes every sign-up. */
export function serveSignUps(): Promise<FormServer> {
  return serveForms((path, sent) => (sent === undefined && path === '/' ? { html: signUpPage } : undefined))
}

export function page(body: string, title = 'A site'): string {
  return `<!doctype html><html><head><meta charset="utf-8"><title>${title}</title></head><body>${body}</body></html>`
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
