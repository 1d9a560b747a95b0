import { describe, expect, it } from 'vitest'
import type { Observation } from '../page/observe.ts'
import type { Outcome } from '../submission.ts'
import { classify, type Evidence, type SubmitExchange } from './classify.ts'

const shown: Observation = {
  url: 'http://127.0.0.1/signup',
  title: 'Sign up',
  parsed: true,
  lines: ['Create your account'],
  invalid: [],
  errors: [],
  notices: [],
  busy: false,
  captcha: '',
  challenge: '',
}
const post: SubmitExchange = { method: 'POST', url: shown.url, status: 200, navigation: true, failed: false }
const fetched: SubmitExchange = { ...post, navigation: false }
const still: Evidence = {
  before: shown,
  now: shown,
  formShown: 1,
  exchange: undefined,
  documentStatus: undefined,
  quietMs: 0,
  conditions: undefined,
  selectorShown: false,
  dialogs: [],
  nextStep: false,
  over: false,
}
const page = (given: Partial<Observation>) => ({ now: { ...shown, ...given } })

describe('success', () => {
  it.each<[string, Partial<Evidence>]>([
    [
      'a confirmation on the next page',
      {
        exchange: { ...post, status: 303 },
        documentStatus: 200,
        formShown: 0,
        ...page({ lines: ['Thanks for joining'] }),
      },
    ],
    [
      'another page without the form',
      { exchange: post, documentStatus: 200, formShown: 0, ...page({ title: 'Home', lines: ['Hello'] }) },
    ],
    ['a form that a script took away', { exchange: fetched, formShown: 0, quietMs: 200 }],
    [
      'a confirmation below the form',
      { exchange: fetched, quietMs: 200, ...page({ notices: ['Your account has been created.'] }) },
    ],
    ['a confirmation in an alert box', { exchange: fetched, quietMs: 200, dialogs: ['Registration complete'] }],
    [
      'a confirmation that is drawn as an alert',
      { exchange: post, documentStatus: 200, formShown: 0, ...page({ errors: ['Welcome! Please check your inbox.'] }) },
    ],
    [
      'a page that announces its title as an alert',
      { exchange: post, documentStatus: 200, formShown: 0, ...page({ title: 'Home', errors: ['Home'] }) },
    ],
    [
      'a confirmation in German',
      { exchange: post, documentStatus: 200, formShown: 0, ...page({ lines: ['Vielen Dank für Ihre Registrierung'] }) },
    ],
  ])('%s', (_, given) => {
    expect(classify({ ...still, ...given })).toMatchObject({ outcome: 'success' })
  })
})

describe('no success yet', () => {
  it.each<[string, Partial<Evidence>]>([
    ['nothing has happened', {}],
    ['the request is on its way', { exchange: { ...fetched, status: undefined }, formShown: 0, quietMs: 5000 }],
    ['the form has just gone, and a message may follow', { exchange: fetched, formShown: 0, quietMs: 10 }],
    ['the page says that it works on it', { exchange: fetched, formShown: 0, quietMs: 900, ...page({ busy: true }) }],
    [
      'the next page is still being read',
      { exchange: post, documentStatus: 200, formShown: 0, ...page({ parsed: false }) },
    ],
    [
      'the confirmation was there before',
      { exchange: fetched, quietMs: 900, before: { ...shown, lines: ['Welcome'] }, ...page({ lines: ['Welcome'] }) },
    ],
  ])('%s', (_, given) => {
    expect(classify({ ...still, ...given })).toBeUndefined()
  })
})

describe('a further step', () => {
  it('is one when the earlier has gone', () => {
    expect(classify({ ...still, exchange: post, documentStatus: 200, formShown: 0, nextStep: true })).toBe('next')
    expect(classify({ ...still, formShown: 0, nextStep: true, quietMs: 200 })).toBe('next')
  })

  it('is none when the site refuses the earlier', () => {
    const refused = {
      ...still,
      exchange: post,
      documentStatus: 200,
      nextStep: true,
      ...page({ errors: ['Invalid e-mail'] }),
    }
    expect(classify(refused)).toMatchObject({ outcome: 'rejected' })
  })
})

describe('failure', () => {
  it.each<[string, Partial<Evidence>, Outcome, RegExp]>([
    [
      'a message',
      { exchange: post, documentStatus: 422, ...page({ errors: ['Address is already taken'] }) },
      'rejected',
      /already taken/,
    ],
    [
      'a message in plain text above the form that came again',
      {
        exchange: post,
        documentStatus: 200,
        ...page({ lines: ['Create your account', 'This name is already taken'] }),
      },
      'rejected',
      /already taken/,
    ],
    [
      'a message in plain text in place of the form',
      { exchange: post, documentStatus: 200, formShown: 0, ...page({ lines: ['Error', 'Passwords do not match'] }) },
      'rejected',
      /Error/,
    ],
    [
      'a message in plain text of a script, once nothing more comes',
      { exchange: fetched, over: true, ...page({ lines: ['The address could not be reached'] }) },
      'rejected',
      /could not/,
    ],
    [
      'a message at a field, and nothing sent',
      page({ invalid: ['E-mail: Please fill out this field.'] }),
      'rejected',
      /fill out/,
    ],
    [
      'a message where the form went',
      { exchange: fetched, formShown: 0, ...page({ errors: ['Something went wrong'] }) },
      'rejected',
      /wrong/,
    ],
    [
      'a refusal in a status',
      { exchange: fetched, ...page({ notices: ['Passwords do not match'] }) },
      'rejected',
      /match/,
    ],
    ['a box beside the form', { exchange: fetched, ...page({ errors: ['Hm.'] }) }, 'rejected', /Hm/],
    ['a 4xx without a word', { exchange: { ...fetched, status: 409 }, quietMs: 400 }, 'rejected', /409/],
    ['a 500', { exchange: { ...post, status: 500 } }, 'site_error', /500/],
    ['a redirect to a 502', { exchange: { ...post, status: 303 }, documentStatus: 502 }, 'site_error', /502/],
    ['a 429', { exchange: { ...fetched, status: 429 } }, 'rate_limited', /429/],
    ['a 403', { exchange: { ...post, status: 403 } }, 'challenged', /403/],
    ['a CAPTCHA', page({ captcha: 'hCaptcha' }), 'captcha', /hCaptcha/],
    ['a bot wall', page({ challenge: 'bot wall' }), 'challenged', /bot wall/],
    [
      'a connection that broke',
      { exchange: { ...fetched, status: undefined, failed: true }, quietMs: 200 },
      'unknown_fate',
      /broke/,
    ],
    ['no answer', { exchange: { ...post, status: undefined }, over: true }, 'unknown_fate', /no answer/],
    ['an answer without its page', { exchange: { ...post, status: 303 }, over: true }, 'unknown_fate', /303/],
    ['an answer and nothing else', { exchange: fetched, over: true }, 'no_confirmation', /200/],
    ['nothing at all', { over: true }, 'no_confirmation', /sent nothing/],
  ])('%s', (_, given, outcome, reason) => {
    expect(classify({ ...still, ...given })).toMatchObject({ outcome, reason: expect.stringMatching(reason) })
  })

  it('is not a message that stood there before', () => {
    const old = { ...shown, errors: ['Our phones have an error today'] }
    expect(classify({ ...still, before: old, now: old, exchange: post, documentStatus: 200 })).toBeUndefined()
  })
})

describe('configured success', () => {
  const conditions = { url: '/welcome', text: 'hello  THERE' }
  const good = page({ url: 'http://127.0.0.1/welcome?a=1', lines: ['Oh, hello there'] })

  it('holds when all of it does', () => {
    expect(classify({ ...still, conditions, ...good })).toMatchObject({
      outcome: 'success',
      reason: expect.stringContaining('/welcome'),
    })
  })

  it('is waited for, whatever else the page says', () => {
    const thanks = page({ lines: ['Thank you'] })
    const waiting = { ...still, conditions, exchange: post, documentStatus: 200, formShown: 0, quietMs: 900, ...thanks }
    expect(classify(waiting)).toBeUndefined()
    expect(classify({ ...waiting, over: true })).toMatchObject({ outcome: 'no_confirmation' })
  })

  it('gives way to a message', () => {
    expect(classify({ ...still, conditions, ...page({ errors: ['Invalid e-mail'] }) })).toMatchObject({
      outcome: 'rejected',
    })
  })
})
