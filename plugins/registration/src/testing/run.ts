import type { JsonValue, PluginPage, RunInfo } from '@refbot/plugin-sdk'
import { runPlugin, type TestContextOptions, type TestRun } from '@refbot/plugin-sdk/testing'
import type { Browser } from 'playwright-core'
import type { RegistrationConfig, RegistrationConfigInput } from '../config.ts'
import plugin, { type BatchResult, type StoredSubmission } from '../index.ts'
import { type PagesOptions, type ScriptedProxy, TestPages } from './pages.ts'

type Kit = Pick<TestContextOptions<RegistrationConfig>, 'authorisation' | 'storage' | 'http'>

export interface RealRunOptions extends Kit, Pick<PagesOptions, 'refusal' | 'limit'> {
  readonly config: RegistrationConfigInput
  readonly run?: Partial<RunInfo>
  readonly proxies?: readonly ScriptedProxy[]
  /** Called before each page; it opens once that resolves. */
  readonly beforePage?: () => Promise<void> | void
  /** Instead of the batch. */
  readonly action?:
    | { readonly name: 'inspect'; readonly input: { readonly url: string } }
    | { readonly name: 'accounts'; readonly input: { readonly run: string } }
}

/** A run with the test kit's host and real pages. */
export interface RealRun {
  /** Everything that it said and did, its clock, and how it is paused and stopped. */
  readonly kit: TestRun<RegistrationConfig>
  /** What it returns; rejects with what it threw. */
  readonly batch: Promise<BatchResult>
  /** Resolves when it is over, however it ended. */
  readonly over: Promise<void>
  /** Pages open now. */
  readonly open: ReadonlySet<PluginPage>
  /** What is on record, in order. */
  rows(): readonly StoredSubmission[]
}

export async function startRun(browser: Browser, options: RealRunOptions): Promise<RealRun> {
  const { proxies = [], refusal, limit, beforePage, run, ...given } = options
  const id = run?.id ?? '0190f0a0-0000-7000-8000-000000000001'
  const pages = new TestPages(browser, { runId: id, proxies, refusal, ...(limit === undefined ? {} : { limit }) })
  const kit = await runPlugin(plugin, {
    ...given,
    run: { ...run, id },
    proxies: proxies.map((proxy) => proxy.id),
    page: async (asked) => {
      await beforePage?.()
      return pages.page(asked)
    },
  })
  const batch = kit.result as Promise<unknown> as Promise<BatchResult>
  const nothing = () => undefined
  return { kit, batch, over: batch.then(nothing, nothing), open: pages.open, rows: () => rowsOf(kit.storage) }
}

function rowsOf(storage: ReadonlyMap<string, JsonValue>): readonly StoredSubmission[] {
  const rows = [...storage].filter(([key]) => key.startsWith('submissions/'))
  return rows.map(([, value]) => value as unknown as StoredSubmission)
}
