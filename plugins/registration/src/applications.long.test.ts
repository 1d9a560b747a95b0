import { expect, it } from 'vitest'
import { dokuWikiPackages, startDokuWiki } from './applications/dokuwiki.ts'
import { startMeshCentral } from './applications/meshcentral.ts'
import { useBrowser } from './testing/browser.ts'
import { needPackages } from './testing/debian.ts'
import { needApplications } from './testing/npm-applications.ts'
import { startRun } from './testing/run.ts'

const browser = useBrowser()

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
