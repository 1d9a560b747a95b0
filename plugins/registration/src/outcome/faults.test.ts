import type { EgressFault } from '@refbot/plugin-sdk'
import { describe, expect, it } from 'vitest'
import { type FaultContext, judgeFaults } from './faults.ts'

const url = 'http://127.0.0.1/signup'
const refused: EgressFault = { code: 'PROXY_REFUSED', phase: 'connect', proxyFault: true, method: 'GET', url, at: 0 }
const opening: FaultContext = { faults: [], documents: [url], submitted: false, earlierForms: 0, submit: undefined }
const sending: FaultContext = { ...opening, submitted: true, submit: { method: 'POST', url, answered: false } }
const atSubmit = { ...refused, method: 'POST' }
const lost: EgressFault = { ...atSubmit, code: 'UPSTREAM_RESET', phase: 'exchange' }

describe('may the same submission go through another proxy?', () => {
  it.each<[string, FaultContext, { safe: boolean; outcome?: string } | undefined]>([
    ['yes: the page was refused', { ...opening, faults: [refused] }, { safe: true }],
    [
      'yes: the page was refused, its address has a hash',
      { ...opening, documents: [`${url}#form`], faults: [refused] },
      { safe: true },
    ],
    [
      'yes: a script of the page was refused',
      { ...opening, faults: [{ ...refused, url: `${url}.js` }] },
      { safe: true },
    ],
    ['yes: the submit was refused', { ...sending, faults: [atSubmit] }, { safe: true }],
    [
      'no: the site itself was not there',
      { ...opening, faults: [{ ...refused, proxyFault: false }] },
      { safe: false, outcome: 'unreachable' },
    ],
    [
      'no: its certificate has expired',
      { ...opening, faults: [{ ...refused, code: 'TARGET_TLS_EXPIRED', proxyFault: false }] },
      { safe: false, outcome: 'tls_failed' },
    ],
    [
      'no: the page broke off',
      { ...opening, faults: [{ ...refused, phase: 'exchange' }] },
      { safe: false, outcome: 'proxy_fault' },
    ],
    ['no: the submit broke off', { ...sending, faults: [lost] }, { safe: false, outcome: 'unknown_fate' }],
    [
      'no: one of two submits broke off',
      { ...sending, faults: [lost, atSubmit] },
      { safe: false, outcome: 'unknown_fate' },
    ],
    [
      'no: the site was not there for the submit',
      { ...sending, faults: [{ ...atSubmit, proxyFault: false }] },
      { safe: false, outcome: 'unreachable' },
    ],
    [
      'no: earlier pages of a wizard were sent',
      { ...sending, earlierForms: 1, faults: [atSubmit] },
      { safe: false, outcome: 'unknown_fate' },
    ],
    ['nothing to say: no fault', opening, undefined],
    [
      'nothing to say: the submit was answered',
      { ...sending, submit: { method: 'POST', url, answered: true }, faults: [atSubmit] },
      undefined,
    ],
    ['nothing to say: another request failed', { ...sending, faults: [refused] }, undefined],
    ['nothing to say: sent, and no request was seen', { ...sending, submit: undefined, faults: [refused] }, undefined],
  ])('%s', (_, context, expected) => {
    const judged = judgeFaults(context)
    expect(judged?.safe).toBe(expected?.safe)
    if (judged?.safe === false) expect(judged.verdict.outcome).toBe(expected?.outcome)
  })
})
