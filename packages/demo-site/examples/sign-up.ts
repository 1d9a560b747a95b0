import { mkdtempDisposable } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDemoProxy, startDemoSite } from '@refbot/demo-site'

await using folder = await mkdtempDisposable(join(tmpdir(), 'demo-'))
await using site = await startDemoSite({ databaseFile: join(folder.path, 'site.db'), fault: 'drop-one' })
await using proxy = await startDemoProxy({
  username: 'ada',
  password: 'secret',
  logFile: join(folder.path, 'proxy.ndjson'),
})

// Two sign-ups of one run: both are confirmed, and the site loses the second.
for (const email of ['ada@example.com', 'grace@example.com']) {
  const password = { password: 'Difference1', passwordConfirmation: 'Difference1' }
  const { status } = await fetch(`${site.url}/api/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'X-RefBot-Run': 'run-1' },
    body: JSON.stringify({ firstName: 'Ada', lastName: 'Lovelace', email, country: 'GB', terms: true, ...password }),
  })
  console.log(email, status)
}
for (const { email, runId } of site.accounts()) console.log('stored:', email, runId)

// A request through the proxy, without the credentials that it asks for.
const answered = Promise.withResolvers<void>()
get({ port: proxy.port, path: `${site.url}/` }, (response) => response.resume().on('end', answered.resolve))
await answered.promise
for (const { method, authority, status, verdict } of proxy.accessLog()) {
  console.log('proxy:', method, authority === `127.0.0.1:${site.port}`, status, verdict)
}
