import { expect, it } from 'vitest'
import { isProxyFault, proxyFaults } from './faults.ts'

it('refuse-half refuses every other request, the first one included', () => {
  expect([1, 2, 3, 4, 5, 6].map(proxyFaults['refuse-half'].refuses)).toEqual([true, false, true, false, true, false])
})

it('the other faults refuse nothing', () => {
  for (const fault of ['none', 'slow'] as const) expect([1, 2, 3].some(proxyFaults[fault].refuses)).toBe(false)
})

it('knows its own names only', () => {
  expect(isProxyFault('slow')).toBe(true)
  expect(isProxyFault('toString')).toBe(false)
})
