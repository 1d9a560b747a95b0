import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const NOBODY = 65534
const SCRIPT = join(import.meta.dirname, 'testing/visit.ts')

function asNobody(program: string, args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const user = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
  return spawnSync('setpriv', [...user, program, ...args], { encoding: 'utf8', cwd: tmpdir() })
}

/** Needs a root that may become somebody else, and a checkout that somebody else may read. */
const possible = process.getuid?.() === 0 && asNobody('test', ['-r', SCRIPT]).status === 0

test.skipIf(!possible)('for anybody but root the sandbox is on', () => {
  const { status, stdout, stderr } = asNobody(process.execPath, ['--conditions=@refbot/source', SCRIPT])
  expect([status, stderr]).toEqual([0, ''])
  expect(JSON.parse(stdout)).toEqual({ arrived: ['GET /'], sandbox: true, uid: NOBODY })
})
