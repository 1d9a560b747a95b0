/** Sign-ups that wait until the link of their mail is followed. */
export class Confirmations {
  readonly #open = new Set<string>()
  readonly #newToken: () => string
  readonly #send: (email: string, token: string) => Promise<void>

  constructor(newToken: () => string, send: (email: string, token: string) => Promise<void>) {
    this.#newToken = newToken
    this.#send = send
  }

  /** Resolves when the mail is on its way. */
  async ask(email: string): Promise<void> {
    const token = this.#newToken()
    this.#open.add(token)
    await this.#send(email, token)
  }

  /** Whether the token was one that was sent, and is used for the first time. */
  confirm(token: string): boolean {
    return this.#open.delete(token)
  }
}
