import { resolve } from 'node:path'
import type { Session } from '../session.ts'

/** What `start` would read, said in the way that the runtime asks for it. */
export function configRequest({ cwd, env, flags }: Pick<Session, 'cwd' | 'env' | 'flags'>) {
  return {
    cwd,
    env,
    ...(flags.config === undefined ? {} : { file: flags.config }),
    ...(flags.dataDir === undefined ? {} : { overrides: { dataDir: resolve(cwd, flags.dataDir) } }),
    flags: { dataDir: '--data-dir' },
  }
}
