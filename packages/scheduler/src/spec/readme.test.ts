import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

it('the first example of the README does what it says', async () => {
  const example = readFileSync(join(root, 'examples/first.ts'), 'utf8')
  const [, block] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? []
  expect(block).toBe(example)
  const args = ['--conditions=@refbot/source', join(root, 'examples/first.ts')]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env: {} })
  expect(stderr).toBe('')
  expect(stdout).toBe('success 2 report for Frankfurt\n')
})
