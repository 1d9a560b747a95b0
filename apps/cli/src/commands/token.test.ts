import { createRefbot } from '@refbot/runtime'
import { afterAll, expect, it } from 'vitest'
import { call as callHere, PLUGINS, workFolder } from '../test-support.ts'

const folder = workFolder({})
afterAll(() => folder[Symbol.dispose]())

const call = async (...args: string[]) => {
  const { code, stdout, stderr } = await callHere([...args, '--json'], { cwd: folder.path })
  return code === 0 ? JSON.parse(stdout) : JSON.parse(stderr).error.code
}

it('a token is made where no RefBot runs, and valid from the next start on', async () => {
  const { token, record } = await call('token', 'create', 'ci', '--rights', 'admin', '--days', '7')
  expect(record).toMatchObject({ name: 'ci', rights: 'admin', expiresAt: expect.any(String) })
  const dataDir = `${folder.path}/.refbot`
  await using bot = await createRefbot({ dataDir, pluginsDir: PLUGINS })
  expect(bot.tokens.verify(token)).toMatchObject({ id: record.id })
  // Something works on the directory now, though it has no API.
  expect(await call('token', 'create', 'ci')).toBe('DATA_DIR_LOCKED')
  expect(await call('token', 'create', 'ci', '--url', 'http://127.0.0.1:9', '--token', 't')).toBe('API_UNREACHABLE')
}, 60_000)
