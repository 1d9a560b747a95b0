import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Ask, createAsWished, createPlugin, TEMPLATES, type TemplateName } from './index.ts'
import { run } from './run.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'refbot-create-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

async function called(argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const [stdout, stderr] = [new PassThrough().setEncoding('utf8'), new PassThrough().setEncoding('utf8')]
  const code = await run(argv, { env, cwd: () => cwd, stdin: {}, stdout, stderr })
  return { code, stdout: stdout.read() ?? '', stderr: stderr.read() ?? '' }
}

const read = (path: string) => readFileSync(join(cwd, path), 'utf8')

describe('what is written', () => {
  it.each(Object.keys(TEMPLATES) as TemplateName[])('%s: no placeholder is left, no registry is named', (template) => {
    const { files } = createPlugin({ folder: join(cwd, 'shop'), name: 'refbot-plugin-shop', template, year: 2031 })
    expect(files).toEqual(expect.arrayContaining(['.gitignore', '.github/workflows/ci.yml', 'LICENSE', 'package.json']))
    expect(readdirSync(join(cwd, 'shop'))).toHaveLength(new Set(files.map((file) => file.split('/')[0])).size)
    for (const file of files) {
      expect(read(`shop/${file}`), file).not.toMatch(/(?<!\$)\{\{|registry/)
    }
    expect(read('shop/LICENSE')).toContain('Copyright (c) 2031 The authors of refbot-plugin-shop')
  })

  it('asks for the tools that the templates are tested with', () => {
    createPlugin({ folder: cwd, name: 'shop', template: 'browser' })
    const { dependencies, devDependencies } = JSON.parse(read('package.json'))
    const version = (name: string) => JSON.parse(readFileSync(installed(name), 'utf8')).version
    for (const [name, range] of Object.entries<string>({ ...dependencies, ...devDependencies })) {
      const [major, minor] = range.replace('^', '').split('.')
      expect(version(name), name).toMatch(new RegExp(`^${major}\\.${major === '0' ? minor : ''}`))
    }
  })

  it('lets the release prove where it was built, and lets nothing else have that right', () => {
    createPlugin({ folder: cwd, name: 'shop' })
    const workflow = read('.github/workflows/ci.yml')
    const [before, release = ''] = workflow.split('  release:')
    expect(release).toMatch(/id-token: write/)
    expect(release).toMatch(/npm publish --provenance/)
    expect(before).not.toMatch(/write/)
    expect([...workflow.matchAll(/uses: \S+@(\S+)/g)].map(([, at]) => at)).toEqual(['v6', 'v6', 'v6', 'v6'])
  })
})

describe('names', () => {
  it.each([
    ['shop', 'shop', 'refbot-plugin-shop', 'shop'],
    ['work/shop', 'work/shop', 'refbot-plugin-shop', 'shop'],
    ['refbot-plugin-shop', 'refbot-plugin-shop', 'refbot-plugin-shop', 'shop'],
    ['@acme/refbot-plugin-shop', 'refbot-plugin-shop', '@acme/refbot-plugin-shop', 'shop'],
    ['@acme/shop', 'shop', '@acme/shop', 'acme-shop'],
  ])('%s goes into %s as %s, which RefBot calls %s', async (target, folder, name, id) => {
    expect(await createAsWished({ cwd, target }, undefined)).toMatchObject({ folder: join(cwd, folder), name, id })
    expect(JSON.parse(read(`${folder}/package.json`))).toMatchObject({ name, keywords: ['refbot-plugin'] })
  })

  it.each(['Shop', 'sh op', 'a.b', 'a_b', '9lives', '-', 'ü', 'x'.repeat(250)])(
    '%s is refused, and nothing is written',
    async (name) => {
      const { code, stderr } = await called(['--', name])
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('(CREATE_NAME_INVALID)') })
      expect(readdirSync(cwd)).toEqual([])
    },
  )

  it.each(['fs', 'node_modules', '@acme/', '@/shop', '.hidden', '../shop'])('--name %s is refused', async (name) => {
    expect(await called(['shop', '--name', name])).toMatchObject({ code: 2 })
    expect(readdirSync(cwd)).toEqual([])
  })
})

describe('a folder', () => {
  it('that holds something is refused, and kept as it is', async () => {
    mkdirSync(join(cwd, 'shop'))
    writeFileSync(join(cwd, 'shop/notes.txt'), 'mine')
    const { code, stderr } = await called(['shop'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/not empty\. \(CREATE_FOLDER_NOT_EMPTY\)\n.*--overwrite/)
    expect(readdirSync(join(cwd, 'shop'))).toEqual(['notes.txt'])
  })

  it('that holds something gets the files of the template with --overwrite, and keeps the others', async () => {
    mkdirSync(join(cwd, 'shop'))
    for (const name of ['notes.txt', 'package.json']) writeFileSync(join(cwd, 'shop', name), 'mine')
    expect(await called(['shop', '--overwrite'])).toMatchObject({ code: 0 })
    expect(read('shop/notes.txt')).toBe('mine')
    expect(JSON.parse(read('shop/package.json')).name).toBe('refbot-plugin-shop')
  })

  it('that is a repository and nothing else is as good as empty', async () => {
    mkdirSync(join(cwd, 'shop/.git'), { recursive: true })
    expect(await called(['shop'])).toMatchObject({ code: 0 })
  })

  it('that is a file is refused', async () => {
    writeFileSync(join(cwd, 'shop'), '')
    expect(await called(['shop'])).toMatchObject({ code: 1 })
    expect(await called(['shop', '--overwrite'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('(CREATE_FOLDER_UNWRITABLE)'),
    })
  })
})

describe('the command line', () => {
  it.each([
    [['--no-interactive'], 'CREATE_TARGET_MISSING'],
    [[], 'CREATE_TARGET_MISSING'],
    [['shop', '--template', 'grpc'], 'CREATE_TEMPLATE_UNKNOWN'],
    [['shop', '--template', 'toString'], 'CREATE_TEMPLATE_UNKNOWN'],
    [['shop', '--templat', 'http'], 'CREATE_USAGE'],
    [['shop', 'market'], 'CREATE_USAGE'],
  ])('%j ends with 2 and %s, and nothing is written', async (argv, error) => {
    const { code, stderr } = await called(argv)
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(`(${error})`) })
    expect(readdirSync(cwd)).toEqual([])
  })

  it('says what to type next, in the words of the package manager that called', async () => {
    expect((await called(['shop'])).stdout).toMatch(/cd shop\n {2}npm install\n {2}npm test\n/)
    const env = { npm_config_user_agent: 'pnpm/12.0.0 npm/? node/v24' }
    expect((await called(['market'], env)).stdout).toMatch(/cd market\n {2}pnpm install\n/)
  })
})

describe('questions', () => {
  /** Somebody who gives these answers in turn, and leaves where there is none. */
  function answers(...given: readonly unknown[]): Ask & { readonly asked: string[] } {
    const asked: string[] = []
    const next = async (question: string) => {
      asked.push(question)
      return given[asked.length - 1] as never
    }
    return { asked, text: next, choice: next, consent: next }
  }

  it('are asked for what was not said, and for nothing else', async () => {
    const ask = answers('shop', 'http')
    expect(await createAsWished({ cwd }, ask)).toMatchObject({ name: 'refbot-plugin-shop', template: 'http' })
    const none = answers()
    await createAsWished({ cwd, target: 'market', template: 'minimal' }, none)
    expect(none.asked).toEqual([])
  })

  it.each([
    ['the name', []],
    ['the template', ['shop']],
  ])('left at %s write nothing', async (_, given) => {
    await expect(createAsWished({ cwd }, answers(...given))).rejects.toMatchObject({
      code: 'CREATE_CANCELLED',
      exitCode: 130,
    })
    expect(readdirSync(cwd)).toEqual([])
  })

  it.each([
    [true, true],
    [false, false],
  ])('before files are replaced: %s', async (answer, written) => {
    mkdirSync(join(cwd, 'shop'))
    writeFileSync(join(cwd, 'shop/notes.txt'), 'mine')
    await createAsWished({ cwd, target: 'shop', template: 'minimal' }, answers(answer)).catch(() => undefined)
    expect(existsSync(join(cwd, 'shop/package.json'))).toBe(written)
  })
})

/** The `package.json` of what this repository has installed. */
function installed(name: string): string {
  const places = ['node_modules', '../../node_modules'].map((modules) =>
    join(import.meta.dirname, '..', modules, name, 'package.json'),
  )
  const found = places.find(existsSync)
  if (found === undefined) throw new Error(`${name} is not installed here.`)
  return found
}
