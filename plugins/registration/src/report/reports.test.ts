import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { summarise } from '../submission.ts'
import { submissionOf } from '../testing/submission.ts'
import { accountsOf, toAccounts } from './accounts.ts'
import { toHtml } from './html.ts'
import { toJson } from './json.ts'
import { toJUnit } from './junit.ts'
import { escaped } from './markup.ts'

const submissions = [
  submissionOf({ screenshot: 'submission-000.png' }),
  submissionOf({ index: 1, outcome: 'rejected', reason: 'The site says: <b>no & never</b>' }),
  submissionOf({ index: 2, outcome: 'unknown_fate', reason: 'Lost' }),
  submissionOf({ index: 3, outcome: 'unreachable', reason: 'Gone' }),
]
const batch = { runId: 'run-1', url: 'http://127.0.0.1/?a="b"', planned: 4, authorisationHash: 'abc' }
const result = { submissions, summary: summarise(batch, submissions) }

describe('JUnit', () => {
  const xml = toJUnit(result)

  it('has a case for each submission, and tells a refusal from an answer that never came', () => {
    expect(xml).toContain('<testsuites tests="4" failures="1" errors="2" time="4.936">')
    expect(xml.match(/<testcase /g)).toHaveLength(4)
    expect(xml).toContain('<failure type="rejected" message="The site says: &lt;b&gt;no &amp; never&lt;/b&gt;"/>')
    expect(xml).toContain('<error type="unknown_fate" message="Lost"/>')
    expect(xml).toContain('timestamp="2026-01-02T03:04:05.000Z"')
  })
})

describe('HTML', () => {
  const html = toHtml(result)

  it('shows every submission, its picture, and no markup of the site', () => {
    expect(html.match(/<article /g)).toHaveLength(4)
    expect(html).toContain('<img src="submission-000.png"')
    expect(html).not.toContain('<b>')
    expect(html).toContain('1 of 4')
  })
})

describe('accounts', () => {
  it('lists what the owner may want to delete, and nothing that never arrived', () => {
    const lines = toAccounts(accountsOf(result.submissions, 'run')).split('\r\n')
    expect(lines[0]).toBe('email,first_name,last_name,created,started_at,run_id')
    expect(lines.slice(1, -1).map((line) => line.split(',')[3])).toEqual(['yes', 'unknown'])
  })

  it('lists one that a wall stands before only where its form was answered', () => {
    const walled = (status: number) =>
      submissionOf({ outcome: 'challenged', response: { status, method: 'POST', url: 'http://127.0.0.1/' } })
    expect(accountsOf([walled(303), walled(403)], 'run')).toMatchObject([{ created: 'unknown' }])
  })

  it('quotes what needs it and disarms formulas', () => {
    const identity = { firstName: '=1+1', lastName: 'O"Hara, Jr', email: 'a@example.com' }
    expect(toAccounts(accountsOf([submissionOf({ identity })], 'run'))).toContain(`a@example.com,'=1+1,"O""Hara, Jr",`)
  })
})

it('gives JSON that reads back as it was', () => {
  expect(JSON.parse(toJson(result))).toEqual(result)
})

it('escapes any text for both markups', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML cannot hold them
      expect(escaped(text)).not.toMatch(/[<>"'\u0000-\u0008]/)
    }),
  )
})
