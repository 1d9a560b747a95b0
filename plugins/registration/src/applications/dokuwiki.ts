import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, startApplication } from '../testing/application.ts'

/** Debian's. PHP's own server runs them; `php-cgi` keeps `php` from bringing a web server along. */
export const dokuWikiPackages = ['php-cli', 'php-cgi', 'php-xml', 'dokuwiki'] as const

export interface DokuWiki extends AsyncDisposable {
  readonly registerUrl: string
  /** As its user database has them. */
  users(): Promise<readonly { readonly login: string; readonly name: string; readonly email: string }[]>
}

/** A copy of DokuWiki, where everybody may register with a password of their own. */
export async function startDokuWiki(): Promise<DokuWiki> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'dokuwiki-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const own = join(folder, 'wiki')
  const copy = (from: string, to: string) => cp(from, to, { recursive: true, dereference: true })
  await copy('/usr/share/dokuwiki', own)
  await copy('/etc/dokuwiki', join(own, 'conf'))
  await copy('/var/lib/dokuwiki/data', join(own, 'data'))
  // Debian's leads to the configuration of the machine.
  await rm(join(own, 'inc', 'preload.php'))
  const users = join(own, 'conf', 'users.auth.php')
  const head = '# <?php exit()?>\n'
  await Promise.all([
    writeFile(users, head),
    writeFile(join(own, 'conf', 'acl.auth.php'), `${head}*\t@ALL\t8\n`),
    writeFile(
      join(own, 'conf', 'local.php'),
      `<?php\n$conf['useacl'] = 1;\n$conf['autopasswd'] = 0;\n$conf['savedir'] = './data';\n$conf['superuser'] = '@admin';\n`,
    ),
  ])
  const port = await freePort()
  const address = `127.0.0.1:${port}`
  const php = ['-d', 'sendmail_path=/bin/true', '-S', address, '-t', own]
  stack.use(
    await startApplication('php', php, {
      ...{ cwd: own, ready: /Development Server .* started/ },
      env: { PHP_CLI_SERVER_WORKERS: '4' },
    }),
  )
  const owned = stack.move()
  return {
    registerUrl: `http://${address}/doku.php?id=start&do=register`,
    users: async () => {
      const lines = (await readFile(users, 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
      return lines.map((line) => {
        const [login = '', , name = '', email = ''] = line.split(':')
        return { login, name, email }
      })
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
