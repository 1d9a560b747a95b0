import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, startApplication } from '../testing/application.ts'
import { applicationFile } from '../testing/npm-applications.ts'

export interface Maildev extends AsyncDisposable {
  readonly url: string
  readonly smtpPort: number
}

/** Maildev on loopback, with no mail yet. */
export async function startMaildev(): Promise<Maildev> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'maildev-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const [smtpPort, webPort] = await Promise.all([freePort(), freePort()])
  const args = ['--smtp', smtpPort, '--ip', '127.0.0.1', '--web', webPort, '--web-ip', '127.0.0.1'].map(String)
  const main = applicationFile('maildev', 'dist', 'bin', 'maildev.js')
  stack.use(
    await startApplication(process.execPath, [main, ...args, '--mail-directory', folder], {
      cwd: folder,
      ready: /Press Ctrl\+C to stop/,
    }),
  )
  const owned = stack.move()
  return {
    ...{ smtpPort, url: `http://127.0.0.1:${webPort}` },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
