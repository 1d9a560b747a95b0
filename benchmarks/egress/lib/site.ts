/** A site over https with a page of 20 parts and one of 200 MB, in a process of its own: `node site.ts`, told by IPC. */
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { credentials } from '../../../packages/runtime/src/egress/testing/sites.ts'

const PART = Buffer.alloc(8000, '/* part of a page */\n')
const CHUNK = Buffer.alloc(64 * 1024)
const LARGE_BYTES = 200 * 1024 * 1024

const tls = credentials()
const parts = Array.from({ length: 20 }, (_, i) =>
  i % 2 === 0 ? `<script src="/${i}.js"></script>` : `<link rel="stylesheet" href="/${i}.css">`,
)
const page = `<!doctype html><title>page</title><head>${parts.join('')}</head><body>page</body>`

const server = createServer({ ...tls, keepAlive: true }, (req, res) => {
  const url = req.url ?? ''
  const head = { 'cache-control': 'no-store' }
  if (url === '/large') {
    res.writeHead(200, { 'content-length': LARGE_BYTES })
    let sent = 0
    const more = (): void => {
      while (sent < LARGE_BYTES) {
        sent += CHUNK.length
        if (!res.write(CHUNK)) return void res.once('drain', more)
      }
      res.end()
    }
    more()
  } else if (url.endsWith('.js')) res.writeHead(200, { ...head, 'content-type': 'text/javascript' }).end(PART)
  else if (url.endsWith('.css')) res.writeHead(200, { ...head, 'content-type': 'text/css' }).end(PART)
  else res.writeHead(200, { ...head, 'content-type': 'text/html' }).end(page)
})
server.keepAliveTimeout = 120_000
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port, cert: tls.cert })
})
process.once('disconnect', () => process.exit(0))
