import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { emptyFields, formNames, type SignUpFields } from './site/fields.ts'
import type { SiteSettings, SiteTools } from './site/server.ts'

/** An empty folder that is removed at the end of the scope. */
export function temporaryFolder(): Disposable & { file(name: string): string } {
  const folder = mkdtempSync(join(tmpdir(), 'refbot-demo-'))
  return {
    file: (name) => join(folder, name),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export const validFields: SignUpFields = {
  ...emptyFields,
  firstName: 'Ada',
  lastName: 'Lovelace',
  email: 'ada@example.com',
  password: 'Difference1',
  passwordConfirmation: 'Difference1',
  country: 'GB',
  terms: 'yes',
}

/** The urlencoded body of the HTML form. */
export function formBody(fields: Partial<SignUpFields> = {}): URLSearchParams {
  const all = { ...validFields, ...fields }
  return new URLSearchParams(
    Object.entries(formNames).map(([key, { name }]) => [name, all[key as keyof SignUpFields]] as [string, string]),
  )
}

/** Posts the form as a browser would, without following the redirect. */
export function postForm(
  url: string,
  fields: Partial<SignUpFields> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${url}/signup`, { method: 'POST', body: formBody(fields), headers, redirect: 'manual' })
}

export function siteSettings(databaseFile: string, settings: Partial<SiteSettings> = {}): SiteSettings {
  return { port: 0, databaseFile, fault: 'none', latencyMs: 0, rateLimit: 3, redirectTo: '', smtpPort: 0, ...settings }
}

/** Tools that never wait; a failure of the server's own fails the test. */
export const promptTools: SiteTools = {
  now: () => 1_700_000_000_000,
  sleep: () => Promise.resolve(),
  report: (error) => {
    throw error
  },
}

/** Whether a process runs; one that has ended but was not waited for (a zombie) does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  try {
    // The state follows the name, which may hold spaces and parentheses itself.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z'
  } catch {
    return !existsSync('/proc/self')
  }
}
