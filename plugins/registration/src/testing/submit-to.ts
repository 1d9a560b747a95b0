import type { Browser } from 'playwright-core'
import { expect } from 'vitest'
import type { RegistrationConfigInput, Submission } from '../index.ts'
import { type Answer, page, serveForms } from './form-server.ts'
import { startRun } from './run.ts'

export type Site = (path: string, form: URLSearchParams | undefined) => Answer

/** One submission to a site of the test's own: a page's body, or what answers its requests. */
export async function submitTo(
  browser: Browser,
  site: string | Site,
  config: Partial<RegistrationConfigInput> = {},
): Promise<{ submission: Submission; sent: Record<string, string>; sends: number }> {
  const answer: Site =
    typeof site === 'string' ? (_, form) => (form === undefined ? { html: page(site) } : undefined) : site
  await using server = await serveForms(answer)
  const run = await startRun(browser, {
    config: { url: server.url, batchSize: 1, screenshots: 'never', ...config },
  })
  await run.batch.catch((error: { code?: string }) => {
    if (error.code === undefined) throw error
  })
  const [kept] = run.rows()
  if (kept === undefined) throw new Error('No submission was kept.')
  expect(run.open.size).toBe(0)
  return { submission: kept.submission, sent: Object.fromEntries(server.sent.at(-1) ?? []), sends: server.sent.length }
}
