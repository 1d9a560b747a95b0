import { ConfigError, RefbotError } from '@refbot/runtime'
import { describe, expect, it } from 'vitest'
import { configReloadSchema } from '../schemas/config.ts'
import { openApi, problem, read } from '../test-support.ts'

const post = { method: 'POST' }
const change = { path: 'proxies', effect: 'live', why: 'At once.', before: 'none', after: '1 entry' } as const

describe('reading the configuration again', () => {
  it('tells every change', async () => {
    await using api = await openApi({}, { reload: async () => [change] })
    const answer = await api.ask('/api/config/reload', post)
    expect(answer.status).toBe(200)
    expect(await read(answer, configReloadSchema)).toEqual({ changes: [change] })
  })

  it('tells everything that is wrong at once, each with its place', async () => {
    const found = [
      {
        path: 'api.prot',
        code: 'CONFIG_KEY_UNKNOWN',
        message: 'unknown key',
        where: '/a/b.json:3',
        file: '/a/b.json',
        line: 3,
      },
      { path: 'mode', code: 'CONFIG_INVALID', message: 'no mode', where: 'REFBOT_MODE', hint: 'Use api.' },
    ]
    const reload = async () => {
      throw new ConfigError('/a/b.json', found)
    }
    await using api = await openApi({}, { reload })
    const answer = await api.ask('/api/config/reload', post)
    expect(answer.status).toBe(422)
    expect(await problem(answer)).toMatchObject({
      code: 'CONFIG_INVALID',
      problems: [
        { ...found[0], text: 'b.json:3, api.prot: unknown key' },
        { ...found[1], text: 'REFBOT_MODE, mode: no mode' },
      ],
    })
  })

  it.each([
    ['STORE_DISK_FULL', 503],
    ['PROXY_LIST_INVALID', 422],
  ])('%s is %i', async (code, status) => {
    const reload = async () => {
      throw new RefbotError(code, 'No.')
    }
    await using api = await openApi({}, { reload })
    expect((await api.ask('/api/config/reload', post)).status).toBe(status)
  })

  it('is not to be had where the program around it reads none', async () => {
    await using api = await openApi()
    const answer = await api.ask('/api/config/reload', post)
    expect(answer.status).toBe(409)
    expect(await problem(answer)).toMatchObject({ code: 'RELOAD_NOT_AVAILABLE', hint: expect.any(String) })
  })
})
