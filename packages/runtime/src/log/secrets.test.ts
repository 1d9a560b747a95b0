import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parseConfig } from '../config/index.ts'
import { REDACTED, Redactor } from './redactor.ts'
import { addSecrets } from './secrets.ts'

it('all that a configuration holds or could refer to is secret', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'refbot-secrets-'))
  mkdirSync(join(dataDir, 'secrets'))
  writeFileSync(join(dataDir, 'secrets', 'used-by-nobody'), 'from-a-file\n', { mode: 0o600 })
  writeFileSync(join(dataDir, 'secrets', 'too-open'), 'not-used', { mode: 0o644 })
  const env = {
    REFBOT_SECRET_PROXY_KEY: 'http://me-as-customer:from-a-secret@proxy.test:1',
    REFBOT_SECRET_X: 'from-env',
  }
  const config = parseConfig(
    {
      dataDir,
      proxies: ['proxy.test:8080:joe:written-out', { $secret: 'proxy-key' }],
      alertSinks: [{ kind: 'slack', url: 'https://hooks.test/T1/B2/abcdef', headers: { 'x-key': 'a-header-key' } }],
    },
    undefined,
    { env },
  )
  const redactor = new Redactor()
  addSecrets(redactor, config, env)
  const secrets = [
    'from-a-file',
    'from-env',
    'from-a-secret',
    'me-as-customer',
    'written-out',
    Buffer.from('joe:written-out').toString('base64').replace(/=+$/, ''),
    'https://hooks.test/T1/B2/abcdef',
    'a-header-key',
  ]
  for (const secret of secrets) expect(redactor.text(`a ${secret} b`)).toBe(`a ${REDACTED} b`)
  for (const open of ['joe', 'proxy.test', 'not-used']) expect(redactor.text(open)).toBe(open)
  rmSync(dataDir, { recursive: true })
})
