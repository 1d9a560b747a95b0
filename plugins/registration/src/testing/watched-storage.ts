import type { JsonValue } from '@refbot/plugin-sdk'

/** A storage that tells of each value once it is kept. */
export class WatchedStorage extends Map<string, JsonValue> {
  readonly #onSet: (key: string, value: JsonValue, all: ReadonlyMap<string, JsonValue>) => void

  constructor(onSet: (key: string, value: JsonValue, all: ReadonlyMap<string, JsonValue>) => void) {
    super()
    this.#onSet = onSet
  }

  override set(key: string, value: JsonValue): this {
    super.set(key, value)
    this.#onSet(key, value, this)
    return this
  }
}
