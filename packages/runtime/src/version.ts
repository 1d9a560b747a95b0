import { readFileSync } from 'node:fs'

/** This package's version, which also names RefBot in its user agent. */
export const HOST_VERSION: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version
