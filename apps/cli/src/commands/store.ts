import { command } from '../command.ts'
import { configRequest } from '../server/config-request.ts'
import type { Session } from '../session.ts'
import { bytes } from '../terminal/text.ts'

export const backup = command({
  args: {
    file: { type: 'positional', required: true, description: 'The archive to write, a .tar.gz that is not there yet.' },
    'with-key': { type: 'boolean', description: "With the key that opens the proxies' passwords." },
  },
  async run(session, { file, 'with-key': withKey }) {
    const [runtime, { dataDir, configFile }] = await Promise.all([import('@refbot/runtime'), where(session)])
    const report = await runtime.backup({
      ...{ dataDir, file, now: Date.now() },
      ...(configFile === undefined ? {} : { configFile }),
      ...(withKey === true ? { keyFile: runtime.findKeyFile(dataDir, session.env).path } : {}),
    })
    session.print(report, () =>
      [
        `${report.file}: ${report.files} files, ${bytes(report.bytes)}, up to event ${report.lastEventId}.`,
        withKey === true
          ? 'The key of the store is in it: keep it as you keep passwords.'
          : 'The key of the store is not in it: what the store keeps secret opens only where that key is.',
        ...report.missing.map((name) => `Deleted by retention meanwhile: ${name}`),
      ].join('\n'),
    )
  },
})

export const restore = command({
  args: {
    file: { type: 'positional', required: true, description: 'An archive that refbot backup wrote.' },
    replace: { type: 'boolean', description: 'Replace what the data directory holds.' },
  },
  async run(session, { file, replace }) {
    const [{ restoreBackup }, { dataDir }] = await Promise.all([import('@refbot/runtime'), where(session)])
    const report = await restoreBackup({ file, dataDir, replace: replace === true })
    session.print(report, () =>
      [
        `${dataDir} holds the backup of ${new Date(report.createdAt).toISOString()}, up to event ${report.lastEventId}.`,
        ...report.configFiles.map((path) => `The configuration of that time is ${path}; it was not put in place.`),
      ].join('\n'),
    )
  },
})

export const rotateKey = command({
  args: {
    forget: { type: 'boolean', description: 'Take away proxies whose passwords no key opens.' },
  },
  async run(session, { forget }) {
    const [{ rotateStoreKey }, { dataDir }] = await Promise.all([import('@refbot/runtime'), where(session)])
    const report = await rotateStoreKey({ dataDir, env: session.env, forget: forget === true })
    session.print(report, () =>
      [
        `${report.resealed} secrets are sealed with the key ${report.keyId}.`,
        ...report.forgotten.map((id) => `Taken away, since no key opens its password: ${id}`),
        'Backups made before still need the key of their time.',
      ].join('\n'),
    )
  },
})

export const check = command({
  args: {},
  async run(session) {
    const [{ checkStore }, { dataDir }] = await Promise.all([import('@refbot/runtime'), where(session)])
    const found = await checkStore(dataDir)
    session.exitCode = found.ok ? 0 : 1
    session.print(found, () => {
      const { paint } = session
      const sound = found.ok ? `${paint('●', 'green')} sound` : `${paint('■', 'red')} damaged`
      const { database, free, artifacts, logs } = found.bytes
      return [
        session.facts([
          ['data', dataDir],
          ['database', `${bytes(database)}, ${bytes(free)} of it free`],
          ['artifacts', bytes(artifacts)],
          ['logs', bytes(logs)],
          ['without file', names(found.artifactsWithoutFile)],
          ['without record', names(found.filesWithoutRecord)],
        ]),
        '',
        session.table(
          [{ head: 'TABLE' }, { head: 'ROWS', align: 'right' }],
          Object.entries(found.rows).map(([table, count]) => [table, String(count)]),
        ),
        '',
        ...found.integrity.map((finding) => `${paint('■', 'red')} ${finding}`),
        ...Object.entries(found.brokenReferences).map(
          ([table, count]) => `${paint('■', 'red')} ${table}: ${count} rows refer to nothing`,
        ),
        `The store is ${sound}.`,
      ].join('\n')
    })
  },
})

async function where(session: Session): Promise<{ dataDir: string; configFile: string | undefined }> {
  const { loadConfig } = await import('@refbot/runtime')
  const { config, file } = await loadConfig(configRequest(session))
  return { dataDir: config.dataDir, configFile: file }
}

const SHOWN = 5

function names(list: readonly string[]): string | undefined {
  if (list.length === 0) return undefined
  const more = list.length > SHOWN ? ` and ${list.length - SHOWN} more` : ''
  return list.slice(0, SHOWN).join(', ') + more
}
