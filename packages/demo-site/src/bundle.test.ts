import { execFile } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'tsup'
import { expect, it } from 'vitest'
import config from '../tsup.config.ts'
import { temporaryFolder } from './test-support.ts'

const folderOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

it('starts from its built files as it does from source', { timeout: 60_000 }, async () => {
  using folder = temporaryFolder()
  const entry = ['./index.ts', './main.ts'].map(folderOf)
  await build({ ...config, entry, outDir: folder.file('dist'), dts: false, clean: false, config: false })
  copyFileSync(folderOf('../package.json'), folder.file('package.json'))
  writeFileSync(
    folder.file('program.js'),
    `
      import { startDemoProxy, startDemoSite } from './dist/index.js'
      for (const entry of [undefined, new URL('./dist/main.js', import.meta.url)]) {
        await using site = await startDemoSite({ databaseFile: ${JSON.stringify(folder.file('site.db'))}, ...(entry && { entry }) })
        await using proxy = await startDemoProxy({ username: 'ada', password: 'secret', logFile: ${JSON.stringify(folder.file('log'))}, ...(entry && { entry }) })
        console.log((await fetch(site.url + '/signup')).status, site.accounts().length, proxy.accessLog().length)
      }
    `,
  )
  const { stdout } = await promisify(execFile)(process.execPath, [folder.file('program.js')])
  expect(stdout).toBe('200 0 0\n200 0 0\n')
})
