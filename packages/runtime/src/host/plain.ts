import type { JsonValue } from '@refbot/plugin-sdk'
import { MAX_FRAME_BYTES } from './frames.ts'

/**
 * Whether what was read from so many bytes is no more than they can hold: plain values, each of them written out. A few
 * bytes can stand for an array of four thousand million holes, or for a tree whose branches are all the same one: whoever
 * looked at every part of such a thing would never come to its end.
 */
export function isPlain(message: unknown, bytes: number): boolean {
  return every(message, bytes, (leaf) => typeof leaf !== 'object' || leaf === null || ArrayBuffer.isView(leaf))
}

/** Whether a value is JSON that fits into a frame; what has no value in an object is left out, as JSON does. */
export function isJson(value: unknown): value is JsonValue {
  return every(value, MAX_FRAME_BYTES, (leaf, isProperty) => {
    if (typeof leaf === 'number') return Number.isFinite(leaf)
    if (leaf === undefined) return isProperty
    return leaf === null || typeof leaf === 'string' || typeof leaf === 'boolean'
  })
}

/** Goes through at most `room` values, without recursion: how deep they lie is up to the other side. */
function every(root: unknown, room: number, isLeaf: (leaf: unknown, isProperty: boolean) => boolean): boolean {
  const open: object[] = [[root]]
  let left = room
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    // The length of a list is looked at before what is in it.
    left -= Array.isArray(value) ? value.length : Object.keys(value).length
    if (left < 0) return false
    const isProperty = !Array.isArray(value)
    const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value)
    for (const part of parts) {
      if (isBranch(part)) open.push(part)
      else if (!isLeaf(part, isProperty)) return false
    }
  }
  return true
}

function isBranch(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
