import { expect, it } from 'vitest'
import { validFields } from '../test-support.ts'
import { Drafts, emptyDraft, stepWithError, wizardSteps } from './drafts.ts'
import { fieldNames } from './fields.ts'

function open(): Drafts {
  let ids = 0
  return new Drafts(() => `id-${++ids}`)
}

it('asks for every field once, and for the password last', () => {
  expect(wizardSteps.flatMap(({ fields }) => fields).sort()).toEqual([...fieldNames].sort())
  expect(wizardSteps.at(-1)?.fields).toContain('password')
})

it('gives a new draft an id and keeps it from page to page', () => {
  const drafts = open()
  const id = drafts.put('', { step: 1, fields: validFields })
  expect(drafts.put(id, { step: 2, fields: validFields })).toBe(id)
  expect(drafts.get(id).step).toBe(2)
  drafts.delete(id)
  expect(drafts.get(id)).toBe(emptyDraft)
})

it('lets nobody choose an id', () => {
  const drafts = open()
  expect(drafts.put('mine', { step: 1, fields: validFields })).toBe('id-1')
  expect(drafts.get('mine')).toBe(emptyDraft)
})

it('forgets the oldest draft beyond 500', () => {
  const drafts = open()
  for (let index = 0; index < 501; index += 1) drafts.put('', { step: 1, fields: validFields })
  expect(drafts.get('id-1')).toBe(emptyDraft)
  expect(drafts.get('id-2').step).toBe(1)
})

it('goes back to the first page with a message', () => {
  expect(stepWithError({ email: 'taken', terms: 'missing' })).toBe(1)
  expect(stepWithError({ passwordConfirmation: 'differs' })).toBe(2)
  expect(stepWithError({})).toBe(2)
})
