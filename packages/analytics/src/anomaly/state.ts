/**
 * The state of a detector as plain JSON: numbers as they are, arrays of numbers as base64 of their bytes, since JSON knows
 * neither NaN nor short floats. Each part of a detector names its own fields.
 */
export interface DetectorState {
  readonly [field: string]: number | string | null | DetectorState
}

type Numbers = Float64Array | Uint32Array | Uint16Array

export function pack(numbers: Numbers): string {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64')
}

/** Fills `into`; throws RangeError where the state is not of its size. */
export function unpack(state: DetectorState, field: string, into: Numbers): void {
  const packed = state[field]
  const bytes = typeof packed === 'string' ? Buffer.from(packed, 'base64') : undefined
  if (bytes?.length !== into.byteLength) throw new RangeError(`the state has no ${field} of ${into.byteLength} bytes`)
  new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(bytes)
}

/** A number, NaN and infinities included. */
export const packNumber = (value: number): string => pack(Float64Array.of(value))

export function unpackNumber(state: DetectorState, field: string): number {
  const one = new Float64Array(1)
  unpack(state, field, one)
  return one[0] as number
}

export function part(state: DetectorState, field: string): DetectorState {
  const found = state[field]
  if (typeof found !== 'object' || found === null) throw new RangeError(`the state has no ${field}`)
  return found
}

/** A whole number from 0 to `most`. */
export function count(state: DetectorState, field: string, most: number): number {
  const found = state[field]
  if (!Number.isInteger(found) || (found as number) < 0 || (found as number) > most) {
    throw new RangeError(`the state has no ${field} from 0 to ${most}`)
  }
  return found as number
}
