import fc from 'fast-check'
import { expect, it } from 'vitest'
import { html } from './html.ts'

it('escapes values and keeps nested templates', () => {
  const inner = html`<b>${'<'}</b>`
  expect(html`<p title="${'a"b'}">${inner}${[inner, inner]}${false}${undefined}${7}</p>`.text).toBe(
    '<p title="a&quot;b"><b>&lt;</b><b>&lt;</b><b>&lt;</b>7</p>',
  )
})

it('lets no value open a tag or leave an attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      expect(html`${value}`.text).not.toMatch(/[<>"']/)
    }),
  )
})
