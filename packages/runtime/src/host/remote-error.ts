/** What of an error crosses the pipe: everything that steers the host, and no stack of the other side. */
export interface ErrorWire {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly hint?: string
  readonly reason?: string
  readonly retryable?: boolean
}

/** An error of the other side of the pipe. */
export class RemoteError extends Error {
  override readonly name: string
  readonly code: string | undefined
  readonly hint: string | undefined
  readonly reason: string | undefined
  readonly retryable: boolean | undefined

  constructor(wire: ErrorWire) {
    super(wire.message)
    this.name = wire.name
    this.code = wire.code
    this.hint = wire.hint
    this.reason = wire.reason
    this.retryable = wire.retryable
  }
}

/** Longest message that is kept: what a plugin throws must not fill a frame. */
const MAX_MESSAGE = 4000

/** Of a code, a reason or the name of a class. */
const MAX_WORD = 100

/** Of anything that can be thrown: whatever its parts are, and even where reading them throws. */
export function toWire(error: unknown): ErrorWire {
  try {
    if (error instanceof Error) return partsOf(error as Error & Record<string, unknown>)
  } catch {
    // A getter or a proxy that throws.
  }
  return { name: 'Error', message: cut(describe(error)) }
}

function partsOf({ name, message, code, hint, reason, retryable }: Error & Record<string, unknown>): ErrorWire {
  return {
    name: typeof name === 'string' ? name.slice(0, MAX_WORD) : 'Error',
    message: cut(describe(message)),
    ...(typeof code === 'string' ? { code: code.slice(0, MAX_WORD) } : {}),
    ...(typeof hint === 'string' ? { hint: cut(hint) } : {}),
    ...(typeof reason === 'string' ? { reason: reason.slice(0, MAX_WORD) } : {}),
    ...(typeof retryable === 'boolean' ? { retryable } : {}),
  }
}

function describe(value: unknown): string {
  try {
    return String(value)
  } catch {
    return 'a value that has no text'
  }
}

function cut(text: string): string {
  return text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}… (cut)` : text
}
