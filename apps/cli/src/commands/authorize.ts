import { command } from '../command.ts'
import { usageError } from '../errors.ts'
import { configRequest } from '../server/config-request.ts'
import type { Session } from '../session.ts'

export const init = command({
  args: {
    origin: {
      type: 'positional',
      required: false,
      description: 'Of the site that is to be tested: https://shop.example.com.',
    },
  },
  async run(session, { origin }) {
    const { DOCUMENT_PATH, ensureOperatorKey, OPERATOR_SECRET_FILE, proposedDocument } = await import('@refbot/runtime')
    if (origin !== undefined && !(origin.startsWith('https://') && URL.parse(origin)?.origin === origin)) {
      throw usageError(
        'TARGET_INVALID',
        `${JSON.stringify(origin)} is no https origin.`,
        'Write it as https://shop.example.com, without a path.',
      )
    }
    const dataDir = await dataDirOf(session)
    const operatorKey = ensureOperatorKey(dataDir)
    const secretFile = `${dataDir}/${OPERATOR_SECRET_FILE}`
    const document = origin === undefined ? undefined : proposedDocument(origin, operatorKey, Date.now())
    const url = origin === undefined ? undefined : origin + DOCUMENT_PATH
    session.print({ operatorKey, secretFile, ...(document && { url, document }) }, () =>
      [
        session.facts([
          ['operator key', operatorKey],
          ['secret', secretFile],
        ]),
        '',
        ...(document === undefined
          ? ['Give the operator key to the owners of the sites that you are to test.']
          : [`The owner of the site serves this at ${url}:`, '', JSON.stringify(document, null, 2)]),
      ].join('\n'),
    )
  },
})

export const check = command({
  args: { url: { type: 'positional', required: true, description: 'A page or an origin.' } },
  async run(session, { url }) {
    const { explainTarget, operatorKeyOf, Permits, VERSION } = await import('@refbot/runtime')
    const { config, dataDir } = await configOf(session)
    const operatorKey = operatorKeyOf(dataDir)
    const permits = new Permits({
      operatorKey: () => operatorKey,
      userAgent: `RefBot/${VERSION}`,
      partHosts: () => config.partHosts,
    })
    const { maxPerMinute = null, maxPerDay = null, concurrency = null } = config.limits.perOrigin
    const target = await explainTarget({ permits, limits: () => ({ maxPerMinute, maxPerDay, concurrency }) }, url)
    session.exitCode = target.granted ? 0 : 1
    const document = { ...target, ...(operatorKey === undefined ? {} : { operatorKey }) }
    session.print(document, () => {
      const { paint } = session
      const { authorisation, origin, documentUrl, problems, partOrigins } = target
      if (authorisation === undefined) {
        return [
          `${paint('■', 'red')} ${origin} does not agree to be tested.`,
          ...problems.map((problem) => `  ${problem}`),
          '',
          session.facts([
            ['document', documentUrl],
            ['operator key', operatorKey ?? 'none yet; make one: refbot authorize init'],
          ]),
        ].join('\n')
      }
      const { source, expires, paths, submitOrigins, emailDomains, proxies } = authorisation
      const limit = (value: number | undefined) => (value === undefined ? 'no limit' : String(value))
      return [
        `${paint('●', 'green')} ${origin} may be tested.`,
        session.facts([
          ['because', source === 'loopback' ? 'it is on this machine' : documentUrl],
          ['until', expires === undefined ? undefined : new Date(expires).toISOString()],
          ['paths', paths.join(', ')],
          ['submits also to', submitOrigins.join(', ') || undefined],
          ['mail domains', emailDomains.join(', ') || undefined],
          ['submits a minute', limit(authorisation.maxPerMinute)],
          ['submits a day', limit(authorisation.maxPerDay)],
          ['open pages', limit(authorisation.concurrency)],
          ['proxies', proxies === true ? 'yes' : proxies === false ? 'no' : 'those on this machine'],
          ['parts from', partOrigins.join(', ') || undefined],
        ]),
      ].join('\n')
    })
  },
})

async function configOf(session: Session) {
  const { loadConfig } = await import('@refbot/runtime')
  const { config } = await loadConfig(configRequest(session))
  return { config, dataDir: config.dataDir }
}

async function dataDirOf(session: Session): Promise<string> {
  return (await configOf(session)).dataDir
}
