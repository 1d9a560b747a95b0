import { expect, it, vi } from 'vitest'
import { dokuWikiPackages, startDokuWiki } from './applications/dokuwiki.ts'
import { startMaildev } from './applications/maildev.ts'
import { startMeshCentral } from './applications/meshcentral.ts'
import { needPackages } from './testing/debian.ts'
import { startSite } from './testing/demo-site.ts'
import { needApplications } from './testing/npm-applications.ts'
import { startRun } from './testing/run.ts'
import { useBrowser } from './testing/use-browser.ts'

const browser = useBrowser()
// The first time, the applications are fetched.
vi.setConfig({ testTimeout: 900_000 })

it('registers users of DokuWiki', async ({ skip }) => {
  const missing = needPackages(...dokuWikiPackages)
  if (missing !== undefined) skip(missing)
  await using wiki = await startDokuWiki()
  const { batch } = await startRun(browser(), { config: { url: wiki.registerUrl, batchSize: 2 } })
  const { submissions } = await batch
  expect(submissions.map(({ outcome }) => outcome)).toEqual(['success', 'success'])
  expect((await wiki.users()).map(({ email }) => email).sort()).toEqual(
    submissions.map(({ identity }) => identity.email).sort(),
  )
})

it('registers users of MeshCentral', async ({ skip }) => {
  const missing = needApplications()
  if (missing !== undefined) skip(missing)
  await using mesh = await startMeshCentral()
  const { batch } = await startRun(browser(), { config: { url: mesh.url, batchSize: 2 } })
  const { submissions } = await batch
  expect(submissions.map(({ outcome }) => outcome)).toEqual(['success', 'success'])
  expect((await mesh.users()).map(({ email }) => email).sort()).toEqual(
    submissions.map(({ identity }) => identity.email).sort(),
  )
})

it('confirms sign-ups by the mail in maildev', async ({ skip }) => {
  const missing = needApplications()
  if (missing !== undefined) skip(missing)
  await using inbox = await startMaildev()
  await using site = await startSite('--fault', 'confirm-email', '--smtp-port', String(inbox.smtpPort))
  const { batch } = await startRun(browser(), {
    config: { url: `${site.url}/signup`, batchSize: 2, inbox: { url: inbox.url } },
    http: async (url) => {
      const answer = await fetch(url)
      return { status: answer.status, body: await answer.text() }
    },
  })
  const { submissions } = await batch
  expect(submissions).toMatchObject([1, 2].map(() => ({ outcome: 'success', confirmation: { status: 200 } })))
})
