import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RegistrationConfigInput } from './index.ts'
import { type FormServer, serveSignUps } from './testing/form-server.ts'
import { type RealRun, type RealRunOptions, startRun } from './testing/run.ts'
import { useBrowser } from './testing/use-browser.ts'

const browser = useBrowser()
let site: FormServer

beforeAll(async () => {
  site = await serveSignUps()
})

afterAll(() => site?.[Symbol.asyncDispose]())

const start = (
  authorisation: NonNullable<RealRunOptions['authorisation']>,
  config: Partial<RegistrationConfigInput> = {},
  options: Pick<RealRunOptions, 'refusal'> = {},
): Promise<RealRun> =>
  startRun(browser(), {
    authorisation,
    config: { url: site.url, batchSize: 1, screenshots: 'never', ...config },
    ...options,
  })

describe('what the owner agreed to', () => {
  it.each([
    ['/', true],
    ['/*', true],
    ['/signup/*', false],
    ['/join', false],
  ])('paths: %s', async (path, agreed) => {
    const { batch } = await start({ paths: [path] })
    if (agreed) expect((await batch).summary.succeeded).toBe(1)
    else await expect(batch).rejects.toMatchObject({ code: 'TARGET_NOT_AUTHORISED', retryable: false })
  })

  it('is the mail domains too', async () => {
    const listed = await start({ emailDomains: ['qa.acme.io'] })
    expect((await listed.batch).submissions[0]?.identity.email).toMatch(/@qa\.acme\.io$/)
    const foreign = await start({}, { emailDomain: 'qa.acme.io' })
    await expect(foreign.batch).rejects.toMatchObject({ code: 'PLUGIN_CONFIG_INVALID' })
  })

  it('is how many a day, and how many a minute', async () => {
    const { batch, kit } = await start({ maxPerDay: 2, maxPerMinute: 4 }, { batchSize: 5 })
    expect((await batch).summary.planned).toBe(2)
    expect(kit.clock.waits).toEqual([15_000])
  })

  it('ends the batch when the gate saw the site refuse, whatever the page shows', async () => {
    const { batch } = await start({}, {}, { refusal: 'challenged' })
    await expect(batch).rejects.toMatchObject({ code: 'SITE_REFUSED', reason: 'refused_by_site' })
  })
})
