import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const PACKAGES = join(import.meta.dirname, '..', '..', '..')

export interface Ran {
  readonly code: number
  readonly stdout: string
  /** Everything, for whoever has to find out why. */
  readonly output: string
}

/** Runs a program as a user's shell would, with nothing of what a test runner puts into the environment. */
export async function ran(cwd: string, program: string, args: readonly string[]): Promise<Ran> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|TEST$|NODE_ENV$)/.test(name)),
  )
  return promisify(execFile)(program, [...args], { cwd, env, maxBuffer: 2 ** 24 }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, output: stdout + stderr }),
    (error: { code?: unknown; stdout?: string; stderr?: string; message: string }) => ({
      code: typeof error.code === 'number' ? error.code : 1,
      stdout: error.stdout ?? '',
      output: `${error.message}\n${error.stdout}\n${error.stderr}`,
    }),
  )
}

export interface Packed extends Disposable {
  readonly folder: string
  /** By name without the scope. */
  readonly tarballs: ReadonlyMap<string, string>
}

/** A folder with the packages as they are published. */
export async function pack(names: readonly string[]): Promise<Packed> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'refbot-written-')))
  const tarballs = new Map<string, string>()
  for (const name of names) {
    const source = join(PACKAGES, name)
    if (!existsSync(join(source, 'dist'))) throw new Error(`${name} is not built: run pnpm build first.`)
    const { code, output } = await ran(source, 'pnpm', ['pack', '--pack-destination', folder])
    if (code !== 0) throw new Error(output)
    const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { version: string }
    tarballs.set(name, join(folder, `refbot-${name}-${version}.tgz`))
  }
  return { folder, tarballs, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

export async function unpack(tarball: string, into: string): Promise<void> {
  mkdirSync(into, { recursive: true })
  const { code, output } = await ran(into, 'tar', ['-xzf', tarball, '--strip-components=1'])
  if (code !== 0) throw new Error(output)
}

const TOOLS = {
  tsc: 'typescript/bin/tsc',
  tsup: 'tsup/dist/cli-default.js',
  vitest: 'vitest/vitest.mjs',
} as const

/** What `npm install` would bring to every plugin below the folder, from what this repository has installed. */
export async function installOnce({ folder, tarballs }: Packed): Promise<void> {
  const modules = join(folder, 'node_modules')
  for (const [name, tarball] of tarballs) await unpack(tarball, join(modules, '@refbot', name))
  // What a plugin's process reads lies in the folder itself: that process may not follow links out of it.
  for (const name of ['zod', '@standard-schema/spec'])
    cpSync(installed('plugin-sdk', name), join(modules, name), { recursive: true, dereference: true })
  for (const name of ['consola', 'playwright-core']) link(installed('create-plugin', name), join(modules, name))
  for (const name of ['@types/node', 'tsup', 'typescript', 'vitest']) link(installed('..', name), join(modules, name))
  for (const [name, file] of Object.entries(TOOLS)) link(join(modules, file), join(modules, '.bin', name))
}

function installed(where: string, name: string): string {
  return realpathSync(join(PACKAGES, where, 'node_modules', name))
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path)
}
