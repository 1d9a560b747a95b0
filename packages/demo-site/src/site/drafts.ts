import { emptyFields, type FieldErrors, type FieldName, type SignUpFields } from './fields.ts'

export interface WizardStep {
  readonly title: string
  readonly fields: readonly FieldName[]
}

/** The password comes last, so that a draft never holds one. */
export const wizardSteps: readonly WizardStep[] = [
  { title: 'About you', fields: ['firstName', 'lastName', 'country'] },
  { title: 'How to reach you', fields: ['email', 'website'] },
  { title: 'Your password', fields: ['password', 'passwordConfirmation', 'terms'] },
]

/** The first step, counted from 0, with a field that has a message; the last one when there is none. */
export function stepWithError(errors: FieldErrors): number {
  const found = wizardSteps.findIndex((step) => step.fields.some((field) => errors[field] !== undefined))
  return found === -1 ? wizardSteps.length - 1 : found
}

export interface Draft {
  /** The page to show next, counted from 0. */
  readonly step: number
  readonly fields: SignUpFields
}

export const emptyDraft: Draft = { step: 0, fields: emptyFields }

const maxDrafts = 500

/** Half-filled wizards, in memory; beyond 500 the oldest is forgotten. */
export class Drafts {
  readonly #drafts = new Map<string, Draft>()
  readonly #newId: () => string

  constructor(newId: () => string) {
    this.#newId = newId
  }

  /** An empty draft for an id that is unknown. */
  get(id: string): Draft {
    return this.#drafts.get(id) ?? emptyDraft
  }

  /** Stores the draft under its id, or a new one, and returns it. */
  put(id: string, draft: Draft): string {
    const key = this.#drafts.has(id) ? id : this.#newId()
    this.#drafts.set(key, draft)
    const oldest = this.#drafts.keys().next()
    if (this.#drafts.size > maxDrafts && oldest.value !== undefined) this.#drafts.delete(oldest.value)
    return key
  }

  delete(id: string): void {
    this.#drafts.delete(id)
  }
}
