import { existsSync, readFileSync, statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { readJsonText } from './json-text.ts'
import type { Layer } from './layers.ts'
import { type ConfigProblem, dotted } from './problem.ts'

/** What a file says, with the lines in it where it is JSON. */
export interface ConfigFile {
  readonly layer: Layer
  readonly problems: readonly ConfigProblem[]
}

/** Reads a configuration as it is now, also where the same module was read before. `file` is absolute. */
export async function readConfigFile(file: string): Promise<ConfigFile | { readonly unreadable: ConfigProblem }> {
  if (!existsSync(file)) {
    const message = 'there is no such file'
    return {
      unreadable: {
        path: '',
        code: 'CONFIG_MISSING',
        where: file,
        file,
        message,
        hint: 'Check the path after --config.',
      },
    }
  }
  return file.endsWith('.json') ? readJsonFile(file) : await readModule(file)
}

function readJsonFile(file: string): ConfigFile | { readonly unreadable: ConfigProblem } {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    return unreadable(file, error, 'Name a file that this user may read.')
  }
  const json = readJsonText(text)
  if ('error' in json) {
    const { line, column, message } = json.error
    return {
      unreadable: {
        path: '',
        code: 'CONFIG_UNREADABLE',
        where: `${file}:${line}`,
        file,
        line,
        message: `${message} (column ${column})`,
        hint: 'Correct the JSON at that place.',
      },
    }
  }
  const at = (line: number) => ({ where: `${file}:${line}`, file, line })
  return {
    layer: { source: 'file', value: json.value, place: (path) => at(json.lineOf(path)) },
    problems: json.repeated.map(({ path, line, first }) => ({
      path: dotted(path),
      code: 'CONFIG_INVALID',
      message: `this key stands in line ${first} already`,
      ...at(line),
    })),
  }
}

async function readModule(file: string): Promise<ConfigFile | { readonly unreadable: ConfigProblem }> {
  const hint = 'It must export its configuration as the default.'
  try {
    // A module is evaluated once for each URL: without the query, a reload would see what was read at the start.
    const { mtimeNs, size } = statSync(file, { bigint: true })
    const url = `${pathToFileURL(file).href}?version=${mtimeNs}-${size}`
    const module = (await import(url)) as { default?: unknown }
    if (module.default === undefined) return unreadable(file, 'it has no default export', hint)
    return { layer: { source: 'file', value: module.default, place: () => ({ where: file, file }) }, problems: [] }
  } catch (error) {
    return unreadable(file, error, hint)
  }
}

function unreadable(file: string, error: unknown, hint: string): { readonly unreadable: ConfigProblem } {
  const text = error instanceof Error ? error.message : String(error)
  return { unreadable: { path: '', code: 'CONFIG_UNREADABLE', where: file, file, message: text, hint } }
}
