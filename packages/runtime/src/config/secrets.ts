import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { RefbotError } from '../errors.ts'

/** What a secret may be called. No separators: a name becomes a file name and the name of a variable. */
export const SECRET_NAME = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/

const MAX_BYTES = 65_536

/** A value that shows itself only when asked: text, JSON and `inspect` give its name. */
export class Secret {
  readonly name: string
  readonly #value: string

  constructor(name: string, value: string) {
    this.name = name
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return `[secret ${this.name}]`
  }

  /** The reference, so that a configuration that was written out can be read again. */
  toJSON(): { readonly $secret: string } {
    return { $secret: this.name }
  }

  [inspect.custom](): string {
    return `Secret(${this.name})`
  }
}

/** Where secrets come from, in this order: environment, data directory, systemd. */
export interface SecretSources {
  /** `REFBOT_SECRET_*` and `CREDENTIALS_DIRECTORY` are read from it. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The data directory, absolute; files are read from its `secrets/`. */
  readonly dataDir: string
}

/** The variable that may hold a secret: `REFBOT_SECRET_WEBHOOK_KEY` for `webhook-key`. */
export function secretVariable(name: string): string {
  return `REFBOT_SECRET_${name.toUpperCase().replaceAll('-', '_')}`
}

/**
 * Looks a secret up. One line end after it is not part of it. A value that is itself `{ "$secret": "other" }` stands for the
 * other one.
 * @throws RefbotError `SECRET_NAME_INVALID`, `SECRET_MISSING`, `SECRET_EMPTY`, `SECRET_CYCLE`, `SECRET_FILE_TOO_OPEN`,
 * `SECRET_UNREADABLE`; none of them repeats a value.
 */
export function resolveSecret(name: string, sources: SecretSources): Secret {
  const followed: string[] = []
  for (let next = name; ; ) {
    if (followed.includes(next)) {
      throw new RefbotError('SECRET_CYCLE', `The secret refers to itself: ${[...followed, next].join(' → ')}.`, {
        hint: 'Let one of them hold the value.',
      })
    }
    followed.push(next)
    const value = lookUp(next, sources)
    const other = /^\s*\{\s*"\$secret"\s*:\s*"([^"]*)"\s*\}\s*$/.exec(value)?.[1]
    if (other === undefined) return new Secret(name, value)
    next = other
  }
}

function lookUp(name: string, { env, dataDir }: SecretSources): string {
  if (!SECRET_NAME.test(name)) {
    throw new RefbotError('SECRET_NAME_INVALID', 'A secret is referred to by a name that none can have.', {
      hint: 'A name is 1 to 64 lower-case letters, digits and hyphens.',
    })
  }
  const variable = secretVariable(name)
  const file = join(dataDir, 'secrets', name)
  const credential = env.CREDENTIALS_DIRECTORY ? join(env.CREDENTIALS_DIRECTORY, name) : undefined
  const value =
    (env[variable] || undefined) ??
    readSecretFile(name, file, { private: true }) ??
    // systemd makes these files and guards their folder.
    (credential === undefined ? undefined : readSecretFile(name, credential, { private: false }))
  if (value === undefined) {
    const places = [variable, file, ...(credential === undefined ? [] : [credential])]
    throw new RefbotError('SECRET_MISSING', `There is no secret ${name}: not in ${places.join(', nor in ')}.`, {
      hint: `Write it to ${file} with mode 0600, or set ${variable}.`,
    })
  }
  const text = value.replace(/\r?\n$/, '')
  if (text !== '') return text
  throw new RefbotError('SECRET_EMPTY', `The secret ${name} is empty.`, { hint: 'Write its value, or refer to none.' })
}

/** Undefined where there is no such file. The mode is read from the opened file, so that what was checked is what is read. */
function readSecretFile(name: string, file: string, rule: { readonly private: boolean }): string | undefined {
  let fd: number | undefined
  try {
    fd = openSync(file, 'r')
    const stat = fstatSync(fd)
    if (!stat.isFile()) throw unreadable(name, file, 'it is no file')
    if (stat.size > MAX_BYTES) throw unreadable(name, file, `it is larger than ${MAX_BYTES} bytes`)
    if (rule.private && process.platform !== 'win32' && (stat.mode & 0o077) !== 0) {
      const mode = (stat.mode & 0o777).toString(8).padStart(4, '0')
      throw new RefbotError('SECRET_FILE_TOO_OPEN', `Others may read the secret ${name}: ${file} has mode ${mode}.`, {
        hint: `Run: chmod 600 '${file}'. Replace the secret if others are on this machine.`,
      })
    }
    return readFileSync(fd, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (error instanceof RefbotError) throw error
    throw unreadable(name, file, error instanceof Error ? error.message : String(error))
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

function unreadable(name: string, file: string, why: string): RefbotError {
  return new RefbotError('SECRET_UNREADABLE', `The secret ${name} in ${file} cannot be read: ${why}.`, {
    hint: 'It must be a file that this user may read.',
  })
}
