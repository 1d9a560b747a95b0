import { expect, it } from 'vitest'
import { call, workFolder } from '../test-support.ts'

it('says what is broken here with a next step, and ends with 1 only then', async () => {
  using folder = workFolder({ browser: { executable: '/nowhere/chromium' }, api: { port: 0 } })
  const { code, stdout } = await call(['doctor'], { cwd: folder.path })
  expect(code).toBe(1)
  expect(stdout).toMatch(/■ broken\s+browser/)
  expect(stdout).toContain('1 broken.')
  const { findings, ok } = JSON.parse((await call(['doctor', '--json'], { cwd: folder.path })).stdout)
  expect(ok).toBe(false)
  expect(findings).toContainEqual({ check: 'node', status: 'ok', message: process.versions.node })
})
