import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { call, refbot, server } from './test-support.ts'

const README = join(import.meta.dirname, '..', '..', '..', 'packages', 'plugin-sdk', 'README.md')

let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'refbot-first-'))
  // As `npm install @refbot/plugin-sdk` would: a folder without a project of its own sees all packages.
  mkdirSync(join(cwd, 'node_modules', '@refbot'), { recursive: true })
  symlinkSync(
    join(import.meta.dirname, '..', '..', '..', 'packages', 'plugin-sdk'),
    join(cwd, 'node_modules', '@refbot', 'plugin-sdk'),
  )
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

/** The walk-through: blocks in order, with the file that the text before a block names. */
function steps() {
  const text = readFileSync(README, 'utf8')
  const [, section = ''] = /## Your first plugin\n([\s\S]*?)\n## /.exec(text) ?? []
  return [...section.matchAll(/([\s\S]*?)```(\w+)\n([\s\S]*?)```/g)].map(([, before = '', language, content = '']) => ({
    language,
    content,
    file: /`(plugins\/[^`]+)`[^`]*$/.exec(before)?.[1],
    starts: before.includes('`refbot start`'),
  }))
}

it('the walk-through of a first plugin works, line by line', async () => {
  await using stack = new AsyncDisposableStack()
  const printed = new Map<string, string>()
  for (const { language, content, file, starts } of steps()) {
    if (starts) stack.use(await server(['start', '--port', '0'], { cwd }))
    if (language !== 'sh') {
      expect(file).toBeDefined()
      mkdirSync(dirname(join(cwd, file ?? '')), { recursive: true })
      writeFileSync(join(cwd, file ?? ''), content)
      continue
    }
    for (const line of content.trim().split('\n')) {
      const [program, ...args] = line.split(' ')
      expect(program).toBe('refbot')
      const run = args.includes('dev') ? refbot : call
      const { code, stdout, stderr } = await run(args, { cwd })
      expect({ line, code, stderr }).toEqual({ line, code: 0, stderr: '' })
      printed.set(line, stdout)
    }
  }
  expect(printed.get('refbot plugin dev plugins/count --once')).toMatch(/counted .*\nsuccess \{"times":3\}\n/)
  expect(printed.get('refbot plugin run count --times 5 --wait')).toMatch(/times +5/)
  expect(printed.get('refbot count total --word rounds')).toContain('1 rounds')
  expect(printed.get('refbot plugin status count')).toMatch(/runs +2 \(2 success/)
}, 180_000)
