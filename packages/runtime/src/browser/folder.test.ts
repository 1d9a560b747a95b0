import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isInside } from './folder.ts'

let root: string
let run: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'refbot-folder-'))
  run = join(root, 'run')
  mkdirSync(join(run, 'deep'), { recursive: true })
  writeFileSync(join(run, 'file'), '')
  writeFileSync(join(root, 'secret'), '')
  mkdirSync(join(root, 'running'))
  symlinkSync(root, join(run, 'up'))
  symlinkSync(join(root, 'secret'), join(run, 'link'))
  symlinkSync(join(root, 'not-yet'), join(run, 'dangling'))
  symlinkSync(join(run, 'deep'), join(run, 'across'))
  symlinkSync(run, join(root, 'alias'))
})
afterAll(() => {
  rmSync(root, { recursive: true })
})

test.each([
  ['run', true],
  ['run/file', true],
  ['run/deep/not-yet/at-all', true],
  ['run/across/x', true],
  ['run/deep/../file', true],
  ['alias/file', true],
  ['secret', false],
  ['running', false],
  ['run/../secret', false],
  ['run/up/secret', false],
  ['run/link', false],
  ['run/dangling', false],
  ['run/dangling/x', false],
  ['run/not-yet/../../secret', false],
  ['run/file/x', false],
  ['run/file\0', false],
])('%s: %s', (path, expected) => {
  expect(isInside(run, `${root}/${path}`)).toBe(expected)
})

test('a relative path means nothing to a browser', () => {
  expect(isInside(process.cwd(), 'package.json')).toBe(false)
})

test('a folder that is reached by a link holds what it holds', () => {
  expect(isInside(join(root, 'alias'), join(run, 'file'))).toBe(true)
})
