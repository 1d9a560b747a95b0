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

export function toWire(error: unknown): ErrorWire {
  if (!(error instanceof Error)) return { name: 'Error', message: cut(describe(error)) }
  const fields = error as Error & Record<string, unknown>
  return {
    name: error.name,
    message: cut(error.message),
    ...(typeof fields.code === 'string' ? { code: fields.code } : {}),
    ...(typeof fields.hint === 'string' ? { hint: fields.hint } : {}),
    ...(typeof fields.reason === 'string' ? { reason: fields.reason } : {}),
    ...(typeof fields.retryable === 'boolean' ? { retryable: fields.retryable } : {}),
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
