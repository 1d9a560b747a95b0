/** Values shared by key for as long as somebody holds them. */
export class WeakCache<T extends object> {
  readonly #values = new Map<string, WeakRef<T>>()
  readonly #registry = new FinalizationRegistry<string>((key) => {
    if (this.#values.get(key)?.deref() === undefined) this.#values.delete(key)
  })

  get(key: string, make: () => T): T {
    const known = this.#values.get(key)?.deref()
    if (known !== undefined) return known
    const value = make()
    this.#values.set(key, new WeakRef(value))
    this.#registry.register(value, key)
    return value
  }
}
