import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { LINE_KEYS } from './line.ts'

it('docs/logs.md names every key of a line with its meaning', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/logs.md'), 'utf8')
  const section = page.split(/^## A line$/m)[1]?.split(/^## /m)[0] ?? ''
  const rows = [...section.matchAll(/^\| `(\w+)` +\| (.*?) +\|$/gm)].map(([, key, meaning]) => [key, meaning])
  expect(rows).toEqual(Object.entries(LINE_KEYS))
})
