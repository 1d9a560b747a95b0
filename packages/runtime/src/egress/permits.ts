import type { LookupFunction } from 'node:net'
import { type Authorisation, type AuthoriseOptions, authorise, type Examination, examine } from './authorisation.ts'
import { isLoopbackHost } from './loopback.ts'
import { watchAuthorisation } from './watch.ts'

export interface PermitsOptions {
  /** sha256 (hex) of the operator's secret; undefined while there is none: loopback alone is authorised then. */
  readonly operatorKey: () => string | undefined
  /** Who is asking: `RefBot/0.1.0`. */
  readonly userAgent: string
  /** The operator's grants: origins that parts of a target's pages may come from. */
  readonly partHosts?: () => readonly { readonly target: string; readonly hosts: readonly string[] }[]
  readonly lookup?: LookupFunction
  readonly clock?: { now(): number }
  /** Between two looks at a document while a run goes on, in ms; default and at most 300,000. */
  readonly everyMs?: number
}

/** How this installation asks an origin whether it agrees: one key, one name, one way. */
export class Permits {
  readonly #options: PermitsOptions

  constructor(options: PermitsOptions) {
    this.#options = options
  }

  /** @throws RefbotError `TARGET_INVALID`, `TARGET_NOT_AUTHORISED` */
  async authorise(target: string): Promise<Authorisation> {
    return this.#withParts(await authorise(target, this.#asking()))
  }

  /** @throws RefbotError `TARGET_INVALID` */
  async examine(target: string): Promise<Examination> {
    const examined = await examine(target, this.#asking())
    return 'problems' in examined ? examined : { ...examined, authorisation: this.#withParts(examined.authorisation) }
  }

  watch(authorisation: Authorisation, onLost: (problems: readonly string[]) => void): Disposable {
    const { everyMs } = this.#options
    return watchAuthorisation(authorisation, {
      ...this.#asking(),
      onLost,
      ...(everyMs === undefined ? {} : { everyMs }),
    })
  }

  #withParts(authorisation: Authorisation): Authorisation {
    const { origin } = authorisation
    const granted = (this.#options.partHosts?.() ?? []).filter(({ target }) => target === origin)
    // Pages of others have no business on this machine, whoever grants it.
    const partOrigins = granted.flatMap(({ hosts }) => hosts).filter((host) => isLocal(origin) || !isLocal(host))
    return partOrigins.length === 0 ? authorisation : { ...authorisation, partOrigins }
  }

  #asking(): AuthoriseOptions {
    const { operatorKey, userAgent, lookup, clock } = this.#options
    const key = operatorKey()
    return {
      userAgent,
      ...(key === undefined ? {} : { operatorKey: key }),
      ...(lookup === undefined ? {} : { lookup }),
      ...(clock === undefined ? {} : { clock }),
    }
  }
}

function isLocal(origin: string): boolean {
  return isLoopbackHost(new URL(origin).hostname)
}
