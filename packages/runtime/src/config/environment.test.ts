import { describe, expect, it } from 'vitest'
import { readEnvironment, variableOf } from './environment.ts'
import { configLeaves } from './keys.ts'
import { parseConfig } from './load.ts'

describe('the name of a variable', () => {
  it.each([
    ['api.port', 'REFBOT_API_PORT'],
    ['dataDir', 'REFBOT_DATA_DIR'],
    ['retention.metricsDays', 'REFBOT_RETENTION_METRICS_DAYS'],
    ['browser', undefined],
    ['$schema', undefined],
  ])('of %s is %s', (path, name) => expect(variableOf(path)).toBe(name))

  it('is its own for every key', () => {
    const names = configLeaves().map(({ path }) => variableOf(path))
    expect(names.length).toBeGreaterThan(10)
    expect(names).not.toContain(undefined)
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('the environment', () => {
  it('is read by the type of each key', () => {
    const { value, problems, notices } = readEnvironment({
      REFBOT_DATA_DIR: '/var/lib/ref bot',
      REFBOT_API_PORT: '9000',
      REFBOT_API_ENABLE: '0',
      REFBOT_BROWSER_HEADLESS: 'true',
      REFBOT_RETENTION_METRICS_DAYS: '0.5',
      REFBOT_PROXIES: '["a:1", { "$secret": "b" }]',
    })
    expect({ problems, notices }).toEqual({ problems: [], notices: [] })
    expect(value).toEqual({
      dataDir: '/var/lib/ref bot',
      api: { port: 9000, enable: false },
      browser: { headless: true },
      retention: { metricsDays: 0.5 },
      proxies: ['a:1', { $secret: 'b' }],
    })
  })

  it('lets the variable of a key win over that of its group', () => {
    const { value, place } = readEnvironment({ REFBOT_API_PORT: '2', REFBOT_API: '{"port": 1, "host": "::1"}' })
    expect(value).toEqual({ api: { port: 2, host: '::1' } })
    expect([place(['api', 'port']), place(['api', 'host'])]).toEqual([
      { where: 'REFBOT_API_PORT' },
      { where: 'REFBOT_API' },
    ])
  })

  it('says nothing with an empty variable, and nothing of other programs', () => {
    expect(readEnvironment({ REFBOT_API_PORT: '', PATH: '/bin', XREFBOT_MODE: 'api' })).toMatchObject({
      value: {},
      problems: [],
      notices: [],
    })
  })

  it('leaves alone what is no configuration', () => {
    const env = {
      REFBOT_TOKEN: 't',
      REFBOT_URL: 'u',
      REFBOT_BROWSER: '/b',
      REFBOT_MARK: 'm',
      REFBOT_STORE_KEY_FILE: '/k',
      REFBOT_SECRET_A: 's',
    }
    expect(readEnvironment(env)).toMatchObject({ value: {}, problems: [], notices: [] })
  })

  it('notices variables that are no key, with the nearest', () => {
    expect(readEnvironment({ REFBOT_API_PROT: '1', REFBOT_SERVICE_HOST: 'x' }).notices).toEqual([
      { path: '', where: 'REFBOT_API_PROT', message: expect.stringContaining('REFBOT_API_PORT') },
      { path: '', where: 'REFBOT_SERVICE_HOST', message: expect.not.stringContaining('nearest') },
    ])
  })

  it('refuses broken JSON without repeating it', () => {
    const { problems, value } = readEnvironment({ REFBOT_PROXIES: '["me:hunter2@a:1"' })
    expect(value).toEqual({})
    expect(problems).toEqual([
      {
        path: 'proxies',
        code: 'CONFIG_INVALID',
        where: 'REFBOT_PROXIES',
        message: expect.stringContaining('column 18'),
      },
    ])
    expect(JSON.stringify(problems)).not.toContain('hunter2')
  })

  it.each(['REFBOT_API_PORT', 'REFBOT_API_ENABLE', 'REFBOT_RETENTION_EVENTS_DAYS'])(
    'keeps a wrong %s for the schema to refuse',
    (name) => {
      const { value, problems } = readEnvironment({ [name]: '0x1F' })
      expect(problems).toEqual([])
      expect(() => parseConfig(value)).toThrow(/expected (number|boolean), received string/)
    },
  )
})
