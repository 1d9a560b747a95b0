import { describe, expect, it } from 'vitest'
import { configSchema } from './config.ts'

const read = async (input: unknown) => configSchema['~standard'].validate(input)
const url = 'http://127.0.0.1:4780/signup'

describe('the configuration', () => {
  it('needs an address alone', async () => {
    expect(await read({ url })).toEqual({
      value: {
        url,
        batchSize: 6,
        delayBetweenSubmissionsMs: 0,
        timeoutMs: 30_000,
        cookies: 'accept',
        screenshots: 'failure',
        traces: 'failure',
        notices: [],
      },
    })
  })

  it.each([
    ['no address', {}],
    ['a file', { url: 'file:///etc/passwd' }],
    ['a password in the address', { url: 'http://me:secret@127.0.0.1/' }],
    ['a misspelt key', { url, bachSize: 3 }],
    ['an empty batch', { url, batchSize: 0 }],
    ['an endless batch', { url, batchSize: 1e6 }],
    ['a proxy of its own', { url, proxyUrl: 'http://127.0.0.1:1' }],
    ['no object', 'url'],
  ])('refuses %s', async (_, input) => {
    expect((await read(input)).issues).toBeDefined()
  })

  it('does not repeat a password in its message', async () => {
    expect(JSON.stringify(await read({ url: 'http://me:secret@127.0.0.1/' }))).not.toContain('secret')
  })

  it('takes the spelling with underscores, and says so', async () => {
    const result = await read({
      url,
      batch_size: 2,
      email_selector: '#mail',
      delay_between_submissions: 1.5,
      headless: true,
    })
    expect(result).toMatchObject({ value: { batchSize: 2, emailSelector: '#mail', delayBetweenSubmissionsMs: 1500 } })
    expect('value' in result && result.value.notices).toEqual([
      'batch_size is read as batchSize; write it so.',
      'email_selector is read as emailSelector; write it so.',
      'delay_between_submissions is read as 1.5 seconds; write delayBetweenSubmissionsMs: 1500.',
      'headless is left aside: how the browser starts is a setting of RefBot itself.',
    ])
  })

  it('describes every key', () => {
    const schema = configSchema['~standard'].jsonSchema.input({ target: 'draft-2020-12' }) as {
      properties: Record<string, { description?: string }>
    }
    const undescribed = Object.entries(schema.properties).filter(([, { description }]) => description === undefined)
    expect(Object.keys(schema.properties).length).toBeGreaterThan(12)
    expect(undescribed).toEqual([])
  })
})
