/** A file of this package that runs in a thread or process of its own, from source or as built. */
export interface Entry {
  readonly url: URL
  /** What Node needs to load it; the parent's own arguments are not inherited. */
  readonly execArgv: readonly string[]
}

export function entry(specifier: '#store-worker' | '#plugin-process'): Entry {
  const url = new URL(import.meta.resolve(specifier))
  return { url, execArgv: url.pathname.endsWith('.ts') ? ['--conditions=@refbot/source'] : [] }
}
