import type { EgressFault } from '@refbot/plugin-sdk'
import type { Verdict } from './classify.ts'
import { unreached } from './unreached.ts'

/** What a page was about to do or had done when it failed. */
export interface FaultContext {
  readonly faults: readonly EgressFault[]
  /** Addresses of the documents that the page asked for. */
  readonly documents: readonly string[]
  /** The form was sent, as far as the page knows. */
  readonly submitted: boolean
  /** Forms that were sent before it: earlier pages of a wizard. */
  readonly earlierForms: number
  /** The request that carried it. */
  readonly submit: { readonly method: string; readonly url: string; readonly answered: boolean } | undefined
}

export type FaultVerdict =
  /** Nothing was forwarded: the same submission may go through another proxy. */
  | { readonly safe: true; readonly code: string }
  | { readonly safe: false; readonly code: string; readonly verdict: Verdict }

/** What the gate's record makes of a submission that failed; undefined where it has nothing to say. */
export function judgeFaults({
  faults,
  documents,
  submitted,
  earlierForms,
  submit,
}: FaultContext): FaultVerdict | undefined {
  if (submitted) {
    const judged = submit === undefined || submit.answered ? undefined : judgeSubmit(faults, submit)
    if (judged?.safe !== true || earlierForms === 0) return judged
    // Whether the earlier pages of a wizard have made an account already, nobody knows.
    const reason = `A further page of the form could not be sent (${judged.code}); the earlier ones were.`
    return { safe: false, code: judged.code, verdict: { outcome: 'unknown_fate', reason } }
  }
  const addresses = new Set(documents.map(withoutHash))
  const document = faults.findLast(({ url }) => addresses.has(withoutHash(url)))
  // Without its scripts a page shows no form, so before the submit every fault of the proxy counts.
  const fault = document ?? faults.findLast(({ proxyFault }) => proxyFault)
  if (fault === undefined) return undefined
  const { code, proxyFault, phase } = fault
  if (!proxyFault) return { safe: false, code, verdict: unreached(code) }
  if (phase === 'connect') return { safe: true, code }
  return {
    safe: false,
    code,
    verdict: { outcome: 'proxy_fault', reason: `The proxy broke off while the page was loading (${code}).` },
  }
}

function judgeSubmit(
  faults: readonly EgressFault[],
  submit: { readonly method: string; readonly url: string },
): FaultVerdict | undefined {
  const own = faults.filter(
    ({ method, url }) => method === submit.method && withoutHash(url) === withoutHash(submit.url),
  )
  const lost = own.find(({ phase }) => phase === 'exchange')
  if (lost !== undefined) {
    const reason = `The connection broke while the form was being sent (${lost.code}); it may have arrived.`
    return { safe: false, code: lost.code, verdict: { outcome: 'unknown_fate', reason } }
  }
  const fault = own.at(-1)
  if (fault === undefined) return undefined
  if (fault.proxyFault) return { safe: true, code: fault.code }
  const { outcome, reason } = unreached(fault.code)
  return { safe: false, code: fault.code, verdict: { outcome, reason: `The form could not be sent. ${reason}` } }
}

function withoutHash(url: string): string {
  return url.split('#')[0] ?? url
}
