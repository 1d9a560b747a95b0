import { Script } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { captcha, icon } from './pictures.ts'
import { script } from './script.ts'
import { spaScript } from './spa.ts'
import { style } from './style.ts'

it.each([
  ['/site.js', script],
  ['/app.js', spaScript],
])('%s is JavaScript', (name, source) => {
  expect(() => new Script(`{${source}}`, { filename: name })).not.toThrow()
})

it('nothing is fetched from elsewhere', () => {
  for (const text of [style, script, spaScript, icon, captcha]) {
    expect(text.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\(|@import/)
  }
})

describe('text has a contrast of at least 4.5 to 1', () => {
  const [light = '', dark = ''] = style.split('@media (prefers-color-scheme: dark)')
  const pairs = [
    ['ink', 'ground'],
    ['ink', 'surface'],
    ['soft', 'ground'],
    ['soft', 'surface'],
    ['accent', 'ground'],
    ['accent', 'surface'],
    ['accent', 'tint'],
    ['on-accent', 'accent'],
    ['on-accent', 'accent-strong'],
    ['danger', 'surface'],
    ['ink', 'danger-tint'],
  ] as const
  it.each(pairs)('%s on %s', (text, ground) => {
    for (const scheme of [light, dark]) {
      expect(contrast(colour(scheme, text), colour(scheme, ground))).toBeGreaterThanOrEqual(4.5)
    }
  })
})

function colour(scheme: string, name: string): string {
  const found = new RegExp(`--${name}: #([0-9a-f]{6});`).exec(scheme)?.[1]
  if (found === undefined) throw new Error(`There is no colour ${name}.`)
  return found
}

/** WCAG 2.2, "contrast ratio". */
function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

/** WCAG 2.2, "relative luminance". */
function luminance(hex: string): number {
  const weights = [0.2126, 0.7152, 0.0722]
  return weights.reduce((sum, weight, index) => {
    const channel = Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16) / 255
    return sum + weight * (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4)
  }, 0)
}
