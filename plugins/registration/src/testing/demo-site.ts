import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../../../packages/demo-site/src/main.ts', import.meta.url))

export interface RunningSite extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string
  /** E-mail addresses and run ids of the accounts made. */
  accounts(): readonly { readonly email: string; readonly runId: string | null }[]
}

/** The demo's sign-up site in a process of its own, on a free port. */
export async function startSite(...flags: readonly string[]): Promise<RunningSite> {
  const folder = await mkdtemp(join(tmpdir(), 'registration-'))
  const database = join(folder, 'site.db')
  const child = spawn(process.execPath, ['--conditions=@refbot/source', entry, 'site', '--db', database, ...flags], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const url = await ready(child)
  return {
    url,
    accounts: () => {
      using file = new DatabaseSync(database, { readOnly: true })
      return file.prepare('SELECT email, run_id AS runId FROM account ORDER BY rowid').all() as {
        email: string
        runId: string | null
      }[]
    },
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function ready(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('The site has no standard output.')
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as { ready: boolean; url?: string; message?: string }
    if (said.url !== undefined) return said.url
    throw new Error(said.message)
  }
  throw new Error('The demo site ended without a word.')
}
