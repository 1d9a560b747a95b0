import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Branch } from './command.ts'
import { COMMANDS } from './commands.ts'
import { checkArguments, route } from './parse.ts'

const ROOT = join(import.meta.dirname, '../../..')
const PAGES = globSync(['docs/*.md', 'apps/cli/README.md', 'README.md'], { cwd: ROOT })

/** `refbot plugin start hello` of code in a page; what only names a part of it (`refbot.config.ts`) is none. */
function commandsOf(text: string): string[] {
  const blocks = [...text.matchAll(/^```(?:sh)?\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => block.split('\n'))
  const inline = [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)
  return [...blocks, ...inline].flatMap((line) => /^(?:\$ |pnpm )?refbot (.*?)(?: +#.*)?$/.exec(line)?.[1] ?? [])
}

const pages = PAGES.map((page) => ({ page, lines: commandsOf(readFileSync(join(ROOT, page), 'utf8')) }))

it.each(pages.filter(({ lines }) => lines.length > 0))('$page names commands that can be called', async ({ lines }) => {
  for (const line of lines) {
    if (line.startsWith('<')) continue
    const { node, rest } = route(line.split(' '), COMMANDS)
    if (!('load' in node)) throw new Error(`"refbot ${line}" is not a whole command.`)
    const { args } = await node.load()
    const known = (typeof args === 'function' ? await args() : await args) ?? {}
    expect(() => checkArguments(rest, known), line).not.toThrow()
  }
})

it('looks at the page of the configuration and at the README', () => {
  const found = pages.filter(({ lines }) => lines.length > 1).map(({ page }) => page)
  expect(found).toEqual(expect.arrayContaining(['docs/configuration.md', 'apps/cli/README.md']))
})

it('the README has every command in its table', () => {
  const readme = readFileSync(join(ROOT, 'apps/cli/README.md'), 'utf8')
  const cells = [...readme.matchAll(/^\| (`.*?) +\|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]*)`/g)].map(([, code = '']) => code.replace(/ [[<-].*/, '')),
  )
  expect(cells.toSorted()).toEqual(leaves(COMMANDS).toSorted())
})

function leaves({ children }: Branch, above: readonly string[] = []): string[] {
  return Object.entries(children).flatMap(([name, node]) =>
    'children' in node ? leaves(node, [...above, name]) : [[...above, name].join(' ')],
  )
}
