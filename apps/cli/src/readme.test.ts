import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { call, server, workFolder } from './test-support.ts'

it('every command of the first example of the README works against a server', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const lines = (/```sh\n([\s\S]*?)```/.exec(readme)?.[1] ?? '').trim().split('\n')
  expect(lines.length).toBeGreaterThan(5)
  using folder = workFolder()
  const cwd = folder.path
  await using _ = await server(['start', '--port', '0'], { cwd })
  for (const line of lines) {
    const [program, ...args] = line.split(' ')
    expect(program).toBe('refbot')
    expect(await call(args, { cwd }), line).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/\S/) })
  }
  expect(readFileSync(join(cwd, 'durations.csv'), 'utf8')).toContain('run.duration')
})
