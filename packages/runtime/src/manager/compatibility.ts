import { API_VERSION } from '@refbot/plugin-sdk'
import { satisfies, validRange } from 'semver'
import { RefbotError } from '../errors.ts'
import { HOST_VERSION } from '../version.ts'

/** Versions of the contract that this host speaks: the current one, and the one before it where there was one. */
export const SUPPORTED_API_VERSIONS: readonly number[] = [API_VERSION]

/** Whether a plugin was made for this host; `untested`: it does not say. */
export interface Compatibility {
  readonly is: 'compatible' | 'untested'
  /** One sentence, where it is untested. */
  readonly warning: string | undefined
}

export interface Claims {
  readonly apiVersion: number | undefined
  /** `engines.refbot`: a range of versions of RefBot. */
  readonly range: string | undefined
  /** The operator's own code: it need not claim anything. */
  readonly own: boolean
}

/** @throws RefbotError `PLUGIN_API_UNSUPPORTED` where a plugin says that it does not fit this host */
export function compatibilityOf(
  id: string,
  { apiVersion, range, own }: Claims,
  host: { readonly version: string; readonly apiVersions: readonly number[] } = {
    version: HOST_VERSION,
    apiVersions: SUPPORTED_API_VERSIONS,
  },
): Compatibility {
  if (apiVersion !== undefined && !host.apiVersions.includes(apiVersion)) {
    throw unsupported(
      `The plugin ${id} speaks version ${apiVersion} of the contract; RefBot ${host.version} speaks ${host.apiVersions.join(' and ')}.`,
    )
  }
  if (range !== undefined && validRange(range) === null) {
    throw unsupported(
      `The plugin ${id} names ${JSON.stringify(range)} in "engines.refbot", which is no range of versions.`,
    )
  }
  // A pre-release counts as the release that it leads to.
  if (range !== undefined && !satisfies(host.version, range, { includePrerelease: true })) {
    throw unsupported(`The plugin ${id} was made for RefBot ${range}; this is ${host.version}.`)
  }
  const missing = [
    ...(apiVersion === undefined ? ['"refbot.apiVersion"'] : []),
    ...(range === undefined ? ['"engines.refbot"'] : []),
  ]
  if (own || missing.length === 0) return { is: 'compatible', warning: undefined }
  return {
    is: 'untested',
    warning: `${id} does not say in ${missing.join(' and ')} which RefBot it was made for: it is untested with ${host.version}.`,
  }
}

function unsupported(message: string): RefbotError {
  return new RefbotError('PLUGIN_API_UNSUPPORTED', message, {
    hint: 'Install the release of the plugin that fits this version of RefBot.',
  })
}
