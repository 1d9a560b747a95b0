import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, startApplication } from '../testing/application.ts'
import { applicationFile } from '../testing/npm-applications.ts'

export interface MeshCentral extends AsyncDisposable {
  readonly url: string
  /** As its user database has them. */
  users(): Promise<readonly { readonly name: string; readonly email: string }[]>
}

/** MeshCentral on loopback, with nobody known yet. */
export async function startMeshCentral(): Promise<MeshCentral> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'meshcentral-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const data = join(folder, 'data')
  await mkdir(data)
  const port = await freePort()
  const settings = {
    ...{ port, exactPorts: true, portBind: '127.0.0.1', redirPort: 0, mpsPort: 0, tlsOffload: '127.0.0.1' },
    // Nothing leaves the machine, and nothing on its network is looked for.
    ...{ selfUpdate: false, agentTimeStampServer: false, localDiscovery: false },
  }
  await writeFile(join(data, 'config.json'), JSON.stringify({ settings, domains: { '': { newAccounts: true } } }))
  const main = applicationFile('meshcentral', 'meshcentral.js')
  const args = [main, '--datapath', data, '--filespath', join(folder, 'files')]
  stack.use(await startApplication(process.execPath, args, { cwd: folder, ready: /MeshCentral HTTP server running/ }))
  const owned = stack.move()
  return {
    url: `http://127.0.0.1:${port}/`,
    users: async () => {
      const lines = (await readFile(join(data, 'meshcentral.db'), 'utf8')).split('\n').filter((line) => line !== '')
      const documents = lines.map(
        (line) => JSON.parse(line) as { _id: string; type?: string; name: string; email: string },
      )
      // Its log of changes: the last word on each counts.
      return [...new Map(documents.filter(({ type }) => type === 'user').map((each) => [each._id, each])).values()]
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
