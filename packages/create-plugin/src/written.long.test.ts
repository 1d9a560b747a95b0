import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createPlugin, TEMPLATES, type TemplateName } from './index.ts'
import { pack, ran } from './testing/packed.ts'

it.each(Object.keys(TEMPLATES) as TemplateName[])(
  'a %s plugin passes with what npm installs for it',
  async (template) => {
    using packed = await pack(['plugin-sdk'])
    const { folder } = createPlugin({ folder: join(packed.folder, 'shop'), name: 'refbot-plugin-shop', template })
    const file = join(folder, 'package.json')
    const manifest = JSON.parse(readFileSync(file, 'utf8'))
    manifest.dependencies['@refbot/plugin-sdk'] = `file:${packed.tarballs.get('plugin-sdk')}`
    writeFileSync(file, JSON.stringify(manifest))
    for (const line of ['install --no-audit --no-fund', 'run typecheck', 'test', 'pack']) {
      const { code, output } = await ran(folder, 'npm', line.split(' '))
      expect({ line, code }, output).toEqual({ line, code: 0 })
    }
  },
)
