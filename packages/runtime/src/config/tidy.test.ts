import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { configKeys, configLeaves } from './keys.ts'
import { tidy } from './tidy.ts'

const messages = (input: unknown) => tidy(input).problems.map(({ path, message }) => `${path}: ${message}`)

describe('an unknown key', () => {
  it.each([
    [{ datadir: 'x' }, 'datadir: unknown key, the nearest is dataDir'],
    [{ api: { prot: 1 } }, 'api.prot: unknown key, the nearest is api.port'],
    [{ api: { host_: 1 } }, 'api.host_: unknown key, the nearest is api.host'],
    [{ port: 1 }, 'port: unknown key, the nearest is api.port'],
    [{ metrics_days: 1 }, 'metrics_days: unknown key, the nearest is retention.metricsDays'],
    [{ alerts: [{}, { metrik: 'x' }] }, 'alerts.1.metrik: unknown key, the nearest is alerts.1.metric'],
    [
      { retention: { colour: 1 } },
      'retention.colour: unknown key; known here: metricsDays, executionsDays, eventsDays, auditDays, proxiesDays, storageDays, artifactsDays, artifactsBytes',
    ],
  ])('in %j is refused with the nearest known one', (input, message) => {
    expect(messages(input)).toEqual([message])
    expect(JSON.stringify(tidy(input).value)).not.toContain('x"')
  })

  it.each(['{"__proto__": {"mode": "x"}}', '{"constructor": 1}', '{"api": {"toString": 1}}'])('may be %s', (text) => {
    const { problems, value } = tidy(JSON.parse(text))
    expect(problems).toMatchObject([{ code: 'CONFIG_KEY_UNKNOWN' }])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  })

  it('is never quoted with its value', () => {
    expect(messages({ passwort: 'hunter2', api: { key: 'hunter2' } }).join()).not.toContain('hunter2')
  })
})

describe('snake_case', () => {
  it('is read for every key, with a notice', () => {
    for (const { path } of configLeaves()) {
      const snake = path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).split('.')
      const nest = (keys: readonly string[]) => keys.reduceRight<unknown>((value, key) => ({ [key]: value }), 1)
      const { value, problems, notices, written } = tidy(nest(snake))
      expect([problems, value]).toEqual([[], nest(path.split('.'))])
      const others = snake.filter((key, index) => key !== path.split('.')[index])
      expect(notices).toMatchObject(others.map((key) => ({ message: expect.stringContaining(`${key} is read as`) })))
      expect(written(path.split('.'))).toEqual(snake)
      if (snake.at(-1) !== path.split('.').at(-1))
        expect(notices).toContainEqual(expect.objectContaining({ path, written: snake }))
    }
  })

  it('is read in the entries of a list', () => {
    const { value, notices, written } = tidy({ alerts: [{ metric: 'a', window_ms: 5 }] })
    expect(value).toEqual({ alerts: [{ metric: 'a', windowMs: 5 }] })
    expect(notices).toMatchObject([{ path: 'alerts.0.windowMs', message: 'window_ms is read as windowMs' }])
    expect(written(['alerts', 0, 'windowMs', 'x'])).toEqual(['alerts', 0, 'window_ms', 'x'])
  })

  it('is refused beside the same key in camelCase, in either order', () => {
    expect(messages({ data_dir: 'a', dataDir: 'b' })).toEqual(['data_dir: dataDir stands here as well'])
    expect(messages({ dataDir: 'b', data_dir: 'a' })).toEqual(['data_dir: dataDir stands here as well'])
  })
})

describe('whatever somebody writes', () => {
  it.each([
    [[], 'a list'],
    [null, 'null'],
    ['api', 'string'],
    [undefined, 'undefined'],
    [() => ({}), 'function'],
  ])('%j is no configuration', (input, found) => {
    expect(messages(input)).toEqual([`: expected an object, found ${found}`])
  })

  it.each([[{ api: 5 }], [{ api: null }], [{ api: [] }]])('a group must be one: %j', (input) => {
    expect(messages(input)[0]).toMatch(/^api: expected an object/)
  })

  it('what is undefined was not said', () => {
    expect(tidy({ timeZone: undefined, api: { port: undefined } })).toMatchObject({ value: { api: {} }, problems: [] })
  })

  it('is kept where it is known, and changed nowhere', () => {
    const known = [...(configKeys().keys ?? [])].flatMap(([key, { keys, item }]) =>
      keys === undefined && item === undefined ? [key] : [],
    )
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...known), fc.jsonValue()), (input) => {
        const before = structuredClone(input)
        expect(tidy(input).value).toEqual(before)
        expect(input).toEqual(before)
      }),
    )
  })

  it('may run in circles', () => {
    const circle: Record<string, unknown> = { dataDir: 'x' }
    circle.api = circle
    expect(tidy(circle).problems.map(({ path }) => path)).toEqual(['api.dataDir', 'api.api'])
  })
})
