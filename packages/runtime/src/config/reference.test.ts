import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatted } from '../testing/formatted.ts'
import { configJsonSchema } from './json-schema.ts'
import { configKeys, configLeaves, type KeyNode } from './keys.ts'
import { loadConfig } from './load.ts'
import { configurationPage } from './reference.ts'

const PAGE = join(import.meta.dirname, '../../../../docs/configuration.md')
const SCHEMA = join(import.meta.dirname, '../../config-schema.json')

describe('what is generated from the schema', () => {
  it('is up to date as docs/configuration.md (update it with -u)', async () => {
    expect(existsSync(PAGE)).toBe(true)
    await expect(configurationPage()).toMatchFileSnapshot(PAGE)
  })

  it('is up to date as config-schema.json (update it with -u)', async () => {
    expect(existsSync(SCHEMA)).toBe(true)
    await expect(formatted(configJsonSchema())).toMatchFileSnapshot(SCHEMA)
    expect(JSON.parse(formatted(configJsonSchema()))).toEqual(configJsonSchema())
  })

  it('describes every key', () => {
    const leaves = configLeaves().flatMap((leaf) => [leaf, ...(leaf.item === undefined ? [] : configLeaves(leaf.item))])
    expect(leaves.length).toBeGreaterThan(15)
    const silent = (node: KeyNode) =>
      !node.schema.description?.endsWith('.') && !node.schema.description?.endsWith('`.')
    expect(leaves.filter(silent).map(({ path }) => path)).toEqual([])
    const page = configurationPage()
    for (const { path } of configLeaves()) expect(page).toContain(`| \`${path}\` `)
  })

  it('shows an example that is valid', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'refbot-docs-'))
    try {
      const [, example = ''] = /```ts\n(.*?)```/s.exec(configurationPage()) ?? []
      // The package itself cannot be imported from a folder outside.
      const text = example.replace(
        "import { defineConfig } from '@refbot/runtime'",
        'const defineConfig = (it: object) => it',
      )
      expect(text).not.toBe(example)
      writeFileSync(join(cwd, 'refbot.config.mts'), text)
      const { config } = await loadConfig({ cwd, env: { REFBOT_SECRET_FRANKFURT_PROXY: '127.0.0.1:3129' } })
      expect(config.proxies).toEqual(['127.0.0.1:3128', '127.0.0.1:3129'])
    } finally {
      rmSync(cwd, { recursive: true })
    }
  })

  it('lets a file name its schema', () => {
    expect(configKeys().keys?.has('$schema')).toBe(true)
    expect(configJsonSchema()).toMatchObject({
      additionalProperties: false,
      properties: { $schema: { type: 'string' } },
    })
  })
})
