import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { installOnce, type Packed, pack, ran, unpack } from './testing/packed.ts'

const site = createServer((_, answer) => {
  answer.setHeader('content-type', 'text/html').end('<h1>Welcome</h1>')
})
let packed: Packed

beforeAll(async () => {
  await new Promise<void>((up) => site.listen(0, '127.0.0.1', up))
  packed = await pack(['plugin-sdk', 'create-plugin'])
  await installOnce(packed)
})
afterAll(() => {
  site.close()
  packed?.[Symbol.dispose]()
})

/** The first example of the README, line by line. */
function example(): readonly string[] {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  return (/```sh\n([\s\S]*?)```/.exec(readme)?.[1] ?? '').trim().split('\n')
}

/** Does what a line says, in the folder; returns the folder that the next one is in. */
async function follow(line: string, folder: string): Promise<string> {
  const [program = '', ...args] = line.split(' ')
  if (program === 'cd') return join(folder, ...args)
  // What it would install lies above the folder already.
  if (line === 'npm install') return folder
  const created = /^npm create @refbot\/plugin (\S+) -- (.*)$/.exec(line)
  const { code, output } =
    created === null
      ? await ran(folder, program, args)
      : await ran(folder, process.execPath, [
          join(packed.folder, 'node_modules/@refbot/create-plugin/bin/create-plugin.js'),
          ...[created[1] ?? '', ...(created[2] ?? '').split(' ')],
        ])
  expect({ line, code }, output).toEqual({ line, code: 0 })
  return folder
}

const address = () => `http://127.0.0.1:${(site.address() as AddressInfo).port}/`

interface Written {
  readonly template: string
  readonly permissions: readonly string[]
  readonly settings: () => object
  readonly result: object
}

const written: readonly Written[] = [
  { template: 'minimal', permissions: [], settings: () => ({ times: 3 }), result: { times: 3, rounds: 1 } },
  { template: 'http', permissions: ['http'], settings: () => ({ url: address() }), result: { status: 200, bytes: 16 } },
  {
    template: 'browser',
    permissions: ['browser'],
    settings: () => ({ url: address(), heading: 'Welcome' }),
    result: { heading: 'Welcome' },
  },
]

const published = (template: string) => join(packed.folder, 'published', template)

it.concurrent.each(written)(
  'a $template plugin is tested, built and packed by its own scripts',
  async ({ template }) => {
    let folder = packed.folder
    const name = `my-${template}`
    // The configuration is the same in all of them.
    const more = template === 'browser' ? ['npm run typecheck'] : []
    for (const line of [...example(), ...more, 'npm pack --ignore-scripts']) {
      folder = await follow(line.replace(/\bshop\b/, name).replace('--template http', `--template ${template}`), folder)
    }
    // The build writes what the code says; the template says it already.
    const told = (file: string) => JSON.parse(readFileSync(file, 'utf8')).refbot
    expect(told(join(folder, 'package.json'))).toEqual(
      told(join(import.meta.dirname, '../templates', template, 'package.json')),
    )
    await unpack(join(folder, `refbot-plugin-${name}-0.1.0.tgz`), published(template))
  },
  240_000,
)

/** What is published knows nothing of sources, so this is the built host, in a process of its own. */
const HOST = `
import { startTestHost } from '@refbot/runtime/testing'
const told = []
for (const { plugin, settings } of JSON.parse(process.argv[1])) {
  await using host = await startTestHost({ plugin, settings })
  const { plugins } = await host.refbot.plugins.discoverPlugins()
  const { status, result, error } = await host.run()
  told.push({ found: plugins[0], run: { status, result, error } })
}
console.log(JSON.stringify(told))
`

it('a real host finds what they published, and runs it', async () => {
  const wanted = written.map(({ template, settings }) => ({ plugin: published(template), settings: settings() }))
  const args = ['--input-type=module', '--eval', HOST, JSON.stringify(wanted)]
  const { code, stdout, output } = await ran(import.meta.dirname, process.execPath, args)
  expect(code, output).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject(
    written.map(({ template, permissions, result }) => ({
      found: {
        id: `my-${template}`,
        permissions,
        compatibility: { is: 'compatible' },
        configSchema: { type: 'object', properties: expect.anything() },
      },
      run: { status: 'success', result },
    })),
  )
}, 120_000)
