import type { LogError } from './line.ts'

/** An error as a line holds it, with what caused it at the end of its stack. */
export function describeError(error: unknown): LogError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { name, message } = error
  const text = (key: 'code' | 'hint') => {
    const value = key in error ? (error as unknown as Record<string, unknown>)[key] : undefined
    return typeof value === 'string' ? { [key]: value } : {}
  }
  return { name, message, ...text('code'), ...text('hint'), stack: stackOf(error) }
}

const MAX_CAUSES = 10

function stackOf(error: Error, depth = 0): string {
  const own = error.stack ?? `${error.name}: ${error.message}`
  const { cause } = error
  if (!(cause instanceof Error) || depth === MAX_CAUSES) return own
  return `${own}\nCaused by ${stackOf(cause, depth + 1)}`
}
