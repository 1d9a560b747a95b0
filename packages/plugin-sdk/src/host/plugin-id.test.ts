import { expect, it } from 'vitest'
import { idOfPackage } from './plugin-id.ts'

it.each([
  ['@refbot/plugin-registration', 'registration'],
  ['refbot-plugin-shop', 'shop'],
  ['@acme/refbot-plugin-shop', 'shop'],
  ['@acme/plugin-shop', 'acme-plugin-shop'],
  ['shop', 'shop'],
])('%s is known as %s', (name, id) => {
  expect(idOfPackage(name)).toBe(id)
})
