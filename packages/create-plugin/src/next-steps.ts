import { isAbsolute, relative } from 'node:path'
import type { CreatedPlugin } from './create-plugin.ts'

/** What to type next, in the words of the package manager that called. */
export function nextSteps(created: CreatedPlugin, cwd: string, env: NodeJS.ProcessEnv): readonly string[] {
  const manager = /^(pnpm|yarn|bun)\//.exec(env.npm_config_user_agent ?? '')?.[1] ?? 'npm'
  const way = relative(cwd, created.folder)
  const folder = isAbsolute(way) || !/^[\w./-]+$/.test(way) ? JSON.stringify(created.folder) : way
  return [
    ...(way === '' ? [] : [`cd ${folder}`]),
    `${manager} install`,
    manager === 'bun' ? 'bun run test' : `${manager} test`,
    `${manager} run build`,
  ]
}
