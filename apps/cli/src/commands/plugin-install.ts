import { execFile } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { PluginManifest } from '@refbot/runtime'
import { command } from '../command.ts'
import { CliError } from '../errors.ts'
import { configRequest } from '../server/config-request.ts'
import { npm } from '../server/npm.ts'
import type { Session } from '../session.ts'
import { asker } from '../terminal/asker.ts'
import { neutral } from '../terminal/text.ts'

/** What each permission means to an operator. */
const MEANING: Readonly<Record<string, string>> = {
  browser: 'opens pages in a browser, on authorised sites',
  proxies: 'sends them through your proxies',
  http: 'sends requests without a browser, to authorised sites',
  processes: 'starts processes of its own, which the limits on files do not reach',
  addons: 'loads native code, which the limits on files do not reach',
}

export const install = command({
  args: {
    package: { type: 'positional', required: true, description: 'A package on npm, an archive (.tgz) or a folder.' },
    yes: { type: 'boolean', description: 'Grant what it asks for, without a question.' },
  },
  async run(session, { package: wanted, yes }) {
    const { grantFirst, installable, loadConfig } = await import('@refbot/runtime')
    const { pluginsDir } = (await loadConfig(configRequest(session))).config
    const folder = mkdtempSync(join(tmpdir(), 'refbot-install-'))
    try {
      const archive = await fetched(session, wanted, folder)
      const plugin = installable(pluginsDir, await unpacked(archive, folder))
      if (yes !== true) await consent(session, plugin)
      await place(session, { pluginsDir, plugin, archive, isPublished: PUBLISHED.test(wanted) })
      const isNew = grantFirst(plugin)
      const { id, version, permissions = [], secrets, file, compatibility } = plugin
      session.warn(compatibility.warning === undefined ? [] : [compatibility.warning])
      const told = { id, package: plugin.package, version, permissions, secrets, file, enabled: plugin.enabled }
      session.print(told, () =>
        [
          `Installed ${plugin.package} ${version} as ${id}; none of its code has run.`,
          isNew || !plugin.enabled
            ? `It is disabled. Write its settings and "enabled": true into ${file}.`
            : `It is enabled with the settings of ${file}, from its next run.`,
        ].join('\n'),
      )
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
})

/** A name, with a version or tag where one is wanted, and no path or address. */
const PUBLISHED = /^(@[\w.~-]+\/)?[\w~-][\w.~-]*(@[^/:]+)?$/

/** The package as an archive: what is looked at is what is installed. */
async function fetched({ cwd, env }: Session, wanted: string, folder: string): Promise<string> {
  const path = resolve(cwd, wanted)
  const isHere = !PUBLISHED.test(wanted) && existsSync(path)
  await npm(['pack', '--pack-destination', folder, '--', isHere ? path : wanted], { cwd, env })
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'))
  if (archive === undefined) throw new CliError('NPM_FAILED', 'npm packed nothing.', 'Run it again with --debug.')
  return join(folder, archive)
}

async function unpacked(archive: string, folder: string): Promise<string> {
  const into = join(folder, 'package')
  mkdirSync(into)
  await promisify(execFile)('tar', ['-xzf', archive, '--strip-components=1'], { cwd: into })
  return into
}

async function consent(session: Session, plugin: PluginManifest): Promise<void> {
  const { permissions = [], secrets } = plugin
  const asks = [
    ...permissions.map((permission) => `  ${permission}: ${MEANING[permission] ?? 'unknown'}`),
    ...(secrets.length === 0 ? [] : [`  secrets: ${secrets.join(', ')}`]),
  ]
  const text = [
    `${plugin.package} ${plugin.version}, called ${plugin.id} here, asks for ${asks.length === 0 ? 'no permission.' : 'these permissions:'}`,
    ...asks,
    'Its own sockets are not fenced: install plugins as you install any npm package.',
  ]
  const ask = await asker(session)
  if (ask !== undefined) {
    process.stderr.write(`${text.map(neutral).join('\n')}\n`)
    if ((await ask.consent('Install it?')) === true) return
    throw new CliError('PLUGIN_INSTALL_REFUSED', 'Nothing was installed.', 'Run it again when you like.')
  }
  session.warn(text)
  throw new CliError(
    'PLUGIN_INSTALL_UNCONFIRMED',
    `${plugin.package} was not installed: it asks for ${permissions.join(', ') || 'no permission'}, and nobody agreed.`,
    'Agree with --yes.',
  )
}

interface Placing {
  readonly pluginsDir: string
  readonly plugin: PluginManifest
  readonly archive: string
  readonly isPublished: boolean
}

/** Into the `node_modules` of the plugins folder, which is a project of its own for npm. */
async function place({ env }: Session, { pluginsDir, plugin, archive, isPublished }: Placing): Promise<void> {
  mkdirSync(pluginsDir, { recursive: true })
  const project = join(pluginsDir, 'package.json')
  if (!existsSync(project)) {
    writeFileSync(project, `${JSON.stringify({ private: true, type: typeAbove(pluginsDir) }, null, 2)}\n`)
  }
  const kept = join(pluginsDir, '.packages', basename(archive))
  if (!isPublished) {
    mkdirSync(dirname(kept), { recursive: true })
    copyFileSync(archive, kept)
  }
  const exact = isPublished ? `${plugin.package}@${plugin.version}` : kept
  await npm(['install', '--prefix', pluginsDir, '--omit=dev', '--save-exact', '--', exact], { cwd: pluginsDir, env })
}

/** A `package.json` in the plugins folder must not change what the code in it is read as. */
function typeAbove(folder: string): string {
  for (let at = dirname(folder); at !== dirname(at); at = dirname(at)) {
    const file = join(at, 'package.json')
    if (!existsSync(file)) continue
    const { type } = JSON.parse(readFileSync(file, 'utf8')) as { type?: unknown }
    return type === 'commonjs' ? type : 'module'
  }
  return 'module'
}
