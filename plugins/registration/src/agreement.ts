import { createHash } from 'node:crypto'
import { type Authorisation, ConfigError, type PluginContext, PluginError } from '@refbot/plugin-sdk'
import type { RegistrationConfig } from './config.ts'
import { mailDomain } from './identity/mail.ts'

/** What the owner of the page agreed to, and what follows from it for this run. */
export interface Agreement {
  readonly authorisation: Authorisation
  /** Where the identities have their mail. */
  readonly emailDomain: string
  /** SHA-256: tells one version of the owner's agreement from another. */
  readonly hash: string
}

/**
 * Asks what the owner of the configured page agreed to, and checks that it covers what is wanted.
 * @throws PluginError `TARGET_NOT_AUTHORISED`
 * @throws ConfigError for a mail domain that is neither reserved nor listed
 */
export async function agreementFor(
  context: Pick<PluginContext, 'authorisation'>,
  { url, emailDomain: wanted }: Pick<RegistrationConfig, 'url' | 'emailDomain'>,
): Promise<Agreement> {
  const authorisation = await context.authorisation(url)
  checkPath(url, authorisation)
  const emailDomain = mailDomain(wanted, authorisation.emailDomains)
  if (emailDomain === undefined)
    throw new ConfigError(`emailDomain ${wanted} is neither reserved nor listed by ${authorisation.origin}.`, {
      hint: 'Use example.com, or ask the owner of the site to list the domain.',
    })
  return { authorisation, emailDomain, hash: hashOf(authorisation) }
}

function checkPath(url: string, { paths, origin }: Authorisation): void {
  const { pathname } = new URL(url)
  if (paths.some((path) => (path.endsWith('/*') ? pathname.startsWith(path.slice(0, -1)) : pathname === path))) return
  throw new PluginError('TARGET_NOT_AUTHORISED', `The owner of ${origin} did not agree to ${pathname}.`, {
    hint: `Agreed paths: ${paths.join(', ')}`,
    retryable: false,
  })
}

function hashOf(authorisation: Authorisation): string {
  const parts = Object.entries(authorisation).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
