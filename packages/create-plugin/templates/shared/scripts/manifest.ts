// Writes into package.json what the plugin says of itself, so that a host can show it before any code runs.
import { readFileSync, writeFileSync } from 'node:fs'
import plugin from '../src/index.ts'

const file = new URL('../package.json', import.meta.url)
const manifest = JSON.parse(readFileSync(file, 'utf8'))
Object.assign(manifest.refbot, {
  apiVersion: plugin.apiVersion,
  permissions: plugin.permissions ?? [],
  secrets: plugin.secrets ?? [],
  configSchema: plugin.config['~standard'].jsonSchema.input({ target: 'draft-2020-12' }),
})
writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`)
