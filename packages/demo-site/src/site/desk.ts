import type { Account, AccountStore } from './accounts.ts'
import type { SubmitRule } from './faults.ts'
import type { FieldErrors, SignUpFields } from './fields.ts'
import { hasErrors, normalise, validate } from './validate.ts'

/** What becomes of a submitted sign-up, before it is put into HTML or JSON. */
export type Outcome =
  | { readonly kind: 'created'; readonly id: string }
  | { readonly kind: 'invalid'; readonly errors: FieldErrors }
  | { readonly kind: 'limited'; readonly retryAfterS: number }
  | { readonly kind: 'redirected'; readonly url: string }
  | { readonly kind: 'challenged' }
  | { readonly kind: 'crashed' }

/** Who submits, as the request's headers tell. */
export interface Visitor {
  readonly runId: string | null
  readonly userAgent: string
}

export interface DeskOptions {
  readonly accounts: AccountStore
  readonly rule: SubmitRule
  /** Submits that the rule `limit` lets through, 0 or more. */
  readonly rateLimit: number
  /** Where the rule `redirect` sends a submit. */
  readonly redirectTo: string
  readonly now: () => number
  readonly newId: () => string
  readonly hashPassword: (password: string) => Promise<string>
}

const retryAfterS = 60

/** Takes sign-ups in: the site's rules first, then the fault's. */
export class SignUpDesk {
  readonly #options: DeskOptions
  readonly #acceptedOfRun = new Map<string | null, number>()
  #submits = 0

  constructor(options: DeskOptions) {
    this.#options = options
  }

  async submit(given: SignUpFields, visitor: Visitor): Promise<Outcome> {
    const { accounts, rule, now, newId, hashPassword } = this.#options
    this.#submits += 1
    const early = this.#beforeReading(rule)
    if (early !== undefined) return early

    const fields = normalise(given)
    const errors = validate(fields)
    if (hasErrors(errors)) return { kind: 'invalid', errors }
    if (rule === 'refuse') return { kind: 'invalid', errors: { email: 'We cannot accept this e-mail address.' } }
    if (accounts.hasEmail(fields.email)) return taken

    const passwordHash = await hashPassword(fields.password)
    const account: Account = {
      id: newId(),
      email: fields.email,
      firstName: fields.firstName,
      lastName: fields.lastName,
      country: fields.country,
      runId: visitor.runId,
      userAgent: visitor.userAgent,
      createdAt: now(),
    }
    if (rule === 'lose-second' && this.#countAccepted(visitor.runId) === 2) return { kind: 'created', id: account.id }
    // The address may have been taken while the password was hashed.
    return accounts.insert(account, passwordHash) ? { kind: 'created', id: account.id } : taken
  }

  #beforeReading(rule: SubmitRule): Outcome | undefined {
    switch (rule) {
      case 'crash':
        return { kind: 'crashed' }
      case 'challenge':
        return { kind: 'challenged' }
      case 'redirect':
        return { kind: 'redirected', url: this.#options.redirectTo }
      case 'limit':
        return this.#submits > this.#options.rateLimit ? { kind: 'limited', retryAfterS } : undefined
      default:
        return undefined
    }
  }

  #countAccepted(runId: string | null): number {
    const count = (this.#acceptedOfRun.get(runId) ?? 0) + 1
    this.#acceptedOfRun.set(runId, count)
    return count
  }
}

const taken: Outcome = {
  kind: 'invalid',
  errors: { email: 'There is an account with this e-mail address already.' },
}
