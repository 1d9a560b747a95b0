import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient, type RefbotClient, type Transport } from '@refbot/client'
import type { GlobalFlags } from '../global-flags.ts'
import { readApiFile } from './api-file.ts'
import { findDataDir } from './data-dir.ts'

export interface ConnectRequest {
  readonly flags: Pick<GlobalFlags, 'url' | 'token' | 'config' | 'dataDir'>
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  /** Default: the client's own. */
  readonly transport?: Transport
}

const DEFAULT_URL = 'http://127.0.0.1:8000'

/** A client of the server that is meant: by flag, by environment, by what the running server wrote, by default. */
export async function connect({ flags, env, cwd, ...rest }: ConnectRequest): Promise<RefbotClient> {
  const said = flags.url ?? nonEmpty(env.REFBOT_URL)
  const givenToken = flags.token ?? nonEmpty(env.REFBOT_TOKEN)
  if (said !== undefined && givenToken !== undefined) return createClient({ baseUrl: said, token: givenToken, ...rest })
  const dataDir = await findDataDir({ cwd, env, ...flags })
  const baseUrl = said ?? readApiFile(dataDir)?.url ?? DEFAULT_URL
  // The token of this machine's server is no business of another machine's.
  const token = givenToken ?? (isLoopback(baseUrl) ? readToken(dataDir) : undefined)
  return createClient({ baseUrl, token, ...rest })
}

function readToken(dataDir: string): string | undefined {
  try {
    return readFileSync(join(dataDir, 'admin-token'), 'utf8').trim()
  } catch {
    return undefined
  }
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname)
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}
