import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '@refbot/runtime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findDataDir } from './data-dir.ts'

const root = mkdtempSync(join(tmpdir(), 'refbot-data-dir-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A folder of its own for each, with a configuration in it and the same one in `sub/mine.*`. */
const FILES: Readonly<Record<string, readonly [ending: string, text: string] | undefined>> = {
  none: undefined,
  silent: ['json', '{}'],
  camel: ['json', '{ "dataDir": "from/file" }'],
  snake: ['json', '{ "data_dir": "from/file" }'],
  above: ['json', '{ "data_dir": "../up" }'],
  absolute: ['json', `{ "dataDir": ${JSON.stringify(join(root, 'else where', 'däta'))} }`],
  'byte order mark': ['json', '\uFEFF{ "dataDir": "from/file" }'],
  typed: ['ts', 'export default { dataDir: "typed" satisfies string }'],
  'typed snake': ['mts', 'export default { data_dir: "typed", dataDir: undefined }'],
  script: ['js', 'export default { pluginsDir: "x" }'],
}

const FLAGS = [undefined, 'from/flag', '../flag', join(root, 'absolute flag')]
const VARIABLES = [undefined, '', 'from/env', '../env', join(root, 'absolute env')]

beforeAll(() => {
  for (const [name, file] of Object.entries(FILES)) {
    mkdirSync(join(root, name, 'sub'), { recursive: true })
    if (file === undefined) continue
    writeFileSync(join(root, name, `refbot.config.${file[0]}`), file[1])
    writeFileSync(join(root, name, 'sub', `mine.${file[0]}`), file[1])
  }
})

describe('the data directory that the client finds', () => {
  const cases = Object.entries(FILES).flatMap(([name, file]) => {
    const configs = file === undefined ? [undefined] : [undefined, `sub/mine.${file[0]}`]
    return configs.map((config) => [name, config] as const)
  })

  it.each(cases)(
    'is the one of the runtime, whatever flag and environment say: file %s, --config %s',
    async (name, config) => {
      const cwd = join(root, name)
      const answers = new Set<string>()
      for (const dataDir of FLAGS) {
        for (const said of VARIABLES) {
          const env = said === undefined ? {} : { REFBOT_DATA_DIR: said }
          const loaded = await loadConfig({
            cwd,
            env,
            ...(config === undefined ? {} : { file: config }),
            ...(dataDir === undefined ? {} : { overrides: { dataDir } }),
          })
          const found = await findDataDir({ cwd, env, config, dataDir })
          expect({ dataDir, said, found }).toEqual({ dataDir, said, found: loaded.config.dataDir })
          answers.add(found)
        }
      }
      expect(answers.size).toBe(7)
    },
  )

  it.each([
    ['two spellings', '{ "dataDir": "a", "data_dir": "b" }', 'CONFIG_INVALID'],
    ['a number', '{ "dataDir": 5 }', 'CONFIG_INVALID'],
    ['null', '{ "data_dir": null }', 'CONFIG_INVALID'],
    ['nothing', '{ "dataDir": "" }', 'CONFIG_INVALID'],
    ['a list as the whole', '[]', 'CONFIG_INVALID'],
    ['no JSON', '{ "proxies": ["me:hunter2@host:1"', 'CONFIG_UNREADABLE'],
    ['no JSON either', '{ "proxies": [me:hunter2@host:1] }', 'CONFIG_UNREADABLE'],
  ])('is not guessed where the runtime refuses the file: %s', async (name, text, code) => {
    const file = join(root, `${name}.json`)
    writeFileSync(file, text)
    const refused = await findDataDir({ cwd: root, env: {}, config: file, dataDir: undefined }).catch((error) => error)
    expect(refused).toMatchObject({ code, hint: expect.stringContaining('refbot config validate') })
    expect(refused.message).not.toContain('hunter2')
    await expect(loadConfig({ cwd: root, env: {}, file })).rejects.toMatchObject({ code })
  })

  it('needs a default export', async () => {
    const file = join(root, 'named.ts')
    writeFileSync(file, 'export const config = {}')
    const request = { cwd: root, env: {}, config: file, dataDir: undefined }
    await expect(findDataDir(request)).rejects.toMatchObject({ code: 'CONFIG_UNREADABLE' })
    await expect(loadConfig({ cwd: root, env: {}, file })).rejects.toMatchObject({ code: 'CONFIG_UNREADABLE' })
  })
})
