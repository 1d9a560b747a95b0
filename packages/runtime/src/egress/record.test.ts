import { describe, expect, test } from 'vitest'
import { isNavigation, retryAfterMs, siteRefusal } from './record.ts'

describe('isNavigation', () => {
  test.each([
    [{ 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, true],
    [{ 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }, false],
    [
      { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', 'upgrade-insecure-requests': '1', accept: 'text/html' },
      false,
    ],
    [{ 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-purpose': 'prefetch' }, false],
    [{ 'upgrade-insecure-requests': '1', accept: 'text/html,application/xhtml+xml' }, true],
    [{ 'upgrade-insecure-requests': '1', accept: '*/*' }, false],
    [{ accept: 'text/html' }, false],
    [{}, false],
  ])('%j: %s', (headers, expected) => {
    expect(isNavigation(headers)).toBe(expected)
  })
})

describe('siteRefusal', () => {
  test.each([
    [403, 'GET', true, 'challenged'],
    [429, 'GET', true, 'rate_limited'],
    [429, 'POST', false, 'rate_limited'],
    [403, 'DELETE', false, 'challenged'],
    [403, 'GET', false, undefined],
    [429, 'HEAD', false, undefined],
    [401, 'POST', true, undefined],
    [503, 'GET', true, undefined],
  ] as const)('%s %s, navigation %s: %s', (status, method, navigation, expected) => {
    expect(siteRefusal(status, method, navigation)).toBe(expected)
  })
})

describe('retryAfterMs', () => {
  const now = Date.UTC(2030, 0, 1)
  test.each([
    [undefined, undefined],
    ['120', 120_000],
    ['0', 0],
    ['Tue, 01 Jan 2030 00:01:00 GMT', 60_000],
    ['Mon, 31 Dec 2029 00:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['', undefined],
  ])('%s: %s', (value, expected) => {
    expect(retryAfterMs(value, now)).toBe(expected)
  })
})
