import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PluginNames } from './names.ts'

/** What a new plugin starts from. */
export const TEMPLATES = {
  minimal: 'settings, storage and metrics; asks for no permission',
  browser: 'opens a page, times it, keeps a picture of it',
  http: 'asks an address, judges the answer',
} as const

export type TemplateName = keyof typeof TEMPLATES

const FOLDER = fileURLToPath(new URL('../templates', import.meta.url))

/** Name and content of each file of a new plugin; names have slashes. */
export function filesOf(template: TemplateName, names: PluginNames, year: number): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  const manifest = manifestOf(template, names)
  const words = { ...names, year: String(year), description: String(manifest.description) }
  for (const folder of ['shared', template]) {
    for (const file of readdirSync(join(FOLDER, folder), { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue
      const path = join(file.parentPath, file.name)
      files.set(target(path.slice(join(FOLDER, folder).length + 1)), filled(readFileSync(path, 'utf8'), words))
    }
  }
  return files.set('package.json', `${JSON.stringify(manifest, null, 2)}\n`)
}

/** npm leaves `.gitignore` out of packages, so names with a dot have an underscore here. */
function target(path: string): string {
  return path.split(sep).join('/').replace(/^_/, '.')
}

function filled(text: string, words: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (whole, word: string) => words[word] ?? whole)
}

type Manifest = Readonly<Record<string, unknown>>

/** What all plugins say in their `package.json`, and what those of the template say. */
function manifestOf(template: TemplateName, { name }: PluginNames): Manifest {
  const read = (file: string): Manifest => JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))
  const { version, ...shared } = read('shared-package.json')
  const { description, devDependencies, refbot } = read(join(template, 'package.json'))
  return {
    name,
    version,
    description,
    ...shared,
    dependencies: { '@refbot/plugin-sdk': `^${sdkVersion()}` },
    devDependencies: sorted({ ...(shared.devDependencies as object), ...(devDependencies as object | undefined) }),
    refbot,
  }
}

function sorted(record: object): Manifest {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Of the SDK that this was released with. */
function sdkVersion(): string {
  const require = createRequire(import.meta.url)
  return (require('@refbot/plugin-sdk/package.json') as { version: string }).version
}
