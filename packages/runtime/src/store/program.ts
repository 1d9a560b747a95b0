import { createRequire } from 'node:module'

/** The version of this package, from its own package.json, whether it runs from source or as built. */
export function programVersion(): string {
  return (createRequire(import.meta.url)('@refbot/runtime/package.json') as { version: string }).version
}
