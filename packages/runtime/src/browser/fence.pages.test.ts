import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Site } from '../egress/testing/sites.ts'
import { until } from '../egress/testing/until.ts'
import { NO_BYPASS } from './arguments.ts'
import { browserArguments, executable, launchFenced, openYard, type Yard } from './testing/cages.ts'
import { attempt, PAGE_ESCAPES } from './testing/page-escapes.ts'
import { type Stranger, startStranger } from './testing/stranger.ts'
import { startTarget } from './testing/target.ts'

const NOTHING = { tcp: 0, udp: 0 }

let target: Site
let yard: Yard
let browser: Browser

beforeAll(async () => {
  target = await startTarget()
  yard = await openYard(target.origin)
})
afterAll(async () => {
  await yard[Symbol.asyncDispose]()
  await target[Symbol.asyncDispose]()
})

async function targetPage(context: BrowserContextOptions): Promise<Page> {
  const page = await (await browser.newContext(context)).newPage()
  await page.goto(target.origin)
  return page
}

describe('a page behind the fence', () => {
  const strangers: Stranger[] = []

  beforeAll(async () => {
    const { wsEndpoint } = await launchFenced(yard)
    browser = await chromium.connectOverCDP(wsEndpoint, { artifactsDir: yard.runFolder })
  })
  afterAll(async () => {
    await browser.close()
    // Nothing came late either.
    expect(strangers.map(({ arrivals }) => arrivals)).toEqual(strangers.map(() => NOTHING))
    await Promise.all(strangers.map((stranger) => stranger[Symbol.asyncDispose]()))
  })

  test.each(PAGE_ESCAPES)('a stranger receives nothing from $name', async (way) => {
    const stranger = await startStranger()
    strangers.push(stranger)
    const page = await targetPage({ proxy: { server: yard.lease.server, bypass: NO_BYPASS } })
    const ended = attempt(way, page, stranger).catch(() => {})
    if (way.stoppedBy === 'end') await ended
    else await until(() => yard.lease.records.some((r) => r.origin === stranger.origin && r.verdict === 'refused'))
    expect(stranger.arrivals).toEqual(NOTHING)
    await page.context().close()
  })
})

describe('control: the same page in a free browser', () => {
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: executable(),
      ignoreDefaultArgs: true,
      args: browserArguments(yard, false),
    })
  })
  afterAll(async () => {
    await browser.close()
  })

  test.each(PAGE_ESCAPES)('a stranger is reached by $name', async (way) => {
    await using stranger = await startStranger()
    const page = await targetPage({})
    attempt(way, page, stranger).catch(() => {})
    await until(() => stranger.arrivals.tcp + stranger.arrivals.udp > 0)
    await page.context().close()
  })
})
