import { existsSync, globSync } from 'node:fs'
import { dirname } from 'node:path'
import { defineConfig } from 'vitest/config'

const conditions = ['@refbot/source', 'module', 'node', 'development|production']
const folders = globSync('{packages,apps,plugins}/*/package.json', { cwd: import.meta.dirname })
  .map((file) => dirname(file))
  .sort()

export default defineConfig(({ mode }) => {
  const long = mode === 'long'
  return {
    test: {
      reporters: ['default', './scripts/closing-line-reporter.ts'],
      passWithNoTests: long,
      // Two cores would mean one worker; most tests wait for processes and browsers of their own.
      maxWorkers: 2,
      projects: folders.map((folder) => {
        const globalSetup = `${import.meta.dirname}/${folder}/vitest.setup.ts`
        return {
          root: `${import.meta.dirname}/${folder}`,
          resolve: { conditions },
          ssr: { resolve: { conditions } },
          test: {
            name: folder.replace(/^packages|^apps/, '@refbot').replace('plugins/', '@refbot/plugin-'),
            include: [long ? 'src/**/*.long.test.ts' : 'src/**/*.test.ts'],
            exclude: long ? [] : ['src/**/*.long.test.ts'],
            pool: 'forks' as const,
            execArgv: ['--conditions=@refbot/source'],
            ...(existsSync(globalSetup) ? { globalSetup } : {}),
            testTimeout: long ? 600_000 : 60_000,
            hookTimeout: 60_000,
          },
        }
      }),
    },
  }
})
