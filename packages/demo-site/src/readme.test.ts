import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it, vi } from 'vitest'
import { proxyFaults } from './proxy/faults.ts'
import { siteFaults } from './site/faults.ts'

// Processes start late on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const example = new URL('../examples/sign-up.ts', import.meta.url)
const block = (language: string): string | undefined =>
  new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(readme)?.[1]

it('shows the example, and what it prints', async () => {
  expect(block('ts')).toBe(readFileSync(example, 'utf8'))
  const run = await promisify(execFile)(process.execPath, ['--conditions=@refbot/source', fileURLToPath(example)])
  expect(run.stdout).toBe(block('text'))
  expect(run.stderr).toBe('')
})

it('lists every fault as the code does', () => {
  const unpadded = readme.replace(/ +/g, ' ')
  for (const [name, { summary }] of [...Object.entries(siteFaults), ...Object.entries(proxyFaults)]) {
    expect(unpadded).toContain(`| \`${name}\` | ${summary} |`)
  }
})
