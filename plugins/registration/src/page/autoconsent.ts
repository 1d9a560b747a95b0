import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { CDPSession, Page } from 'playwright-core'

/**
 * `looking` until it has told what it knows; then `nothing`, or `answering` the dialog of a consent manager that it
 * recognised, which ends as `answered` or `failed`.
 */
export type ConsentState = 'looking' | 'nothing' | 'answering' | 'answered' | 'failed'

const world = 'refbot-consent'
const binding = 'refbotConsentMessage'

/**
 * DuckDuckGo's autoconsent on one page: it knows the dialogs of the consent managers by name, those in several steps
 * too. It runs as it does in a browser's extension, in a world of its own that the page cannot see or speak to.
 */
export class Autoconsent {
  readonly #cdp: CDPSession
  readonly #action: 'optIn' | 'optOut'
  #state: ConsentState = 'looking'
  #manager = ''

  /** Begins to look; undefined where the page is gone. */
  static async start(page: Page, cookies: 'accept' | 'reject'): Promise<Autoconsent | undefined> {
    try {
      const [cdp, script] = await Promise.all([page.context().newCDPSession(page), contentScript()])
      const consent = new Autoconsent(cdp, cookies === 'accept' ? 'optIn' : 'optOut')
      await consent.#inject(script)
      return consent
    } catch {
      return undefined
    }
  }

  private constructor(cdp: CDPSession, action: 'optIn' | 'optOut') {
    this.#cdp = cdp
    this.#action = action
    cdp.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === binding) this.#heard(payload, executionContextId).catch(() => this.#became('failed'))
    })
  }

  get state(): ConsentState {
    return this.#state
  }

  /** The consent manager's name, once one was recognised. */
  get manager(): string {
    return this.#manager
  }

  async #inject(script: string): Promise<void> {
    const cdp = this.#cdp
    // Without it no call of a binding is told.
    await cdp.send('Runtime.enable')
    await cdp.send('Runtime.addBinding', { name: binding, executionContextName: world })
    const { frameTree } = await cdp.send('Page.getFrameTree')
    const frames = [frameTree.frame, ...(frameTree.childFrames ?? []).map(({ frame }) => frame)]
    await Promise.all(
      frames.map(async ({ id: frameId }) => {
        const { executionContextId: contextId } = await cdp.send('Page.createIsolatedWorld', {
          frameId,
          worldName: world,
        })
        await cdp.send('Runtime.evaluate', { expression: script, contextId })
      }),
    )
  }

  async #heard(payload: string, contextId: number): Promise<void> {
    const message = JSON.parse(payload) as { type: string; id?: string; code?: string; cmp?: string; result?: boolean }
    switch (message.type) {
      case 'init':
        return this.#tell(contextId, { type: 'initResp', rules: await rules(), config: this.#config() })
      case 'eval': {
        // Some managers are asked through an API of theirs, which lives in the page's own world.
        const { result } = await this.#cdp.send('Runtime.evaluate', {
          expression: message.code ?? 'false',
          returnByValue: true,
          awaitPromise: true,
        })
        return this.#tell(contextId, { type: 'evalResp', id: message.id, result: result.value === true })
      }
      case 'popupFound':
        this.#manager = message.cmp ?? ''
        return this.#became('answering')
      case 'optInResult':
      case 'optOutResult':
        return this.#became(message.result === true ? 'answered' : 'failed')
      case 'report':
        if (this.#state === 'looking' && JSON.stringify(message).includes('"nothingDetected"')) this.#became('nothing')
    }
  }

  #became(state: ConsentState): void {
    this.#state = state
  }

  async #tell(contextId: number, message: object): Promise<void> {
    await this.#cdp.send('Runtime.evaluate', {
      expression: `autoconsentReceiveMessage(${JSON.stringify(message)})`,
      contextId,
    })
  }

  #config() {
    const quiet = ['lifecycle', 'rulesteps', 'detectionsteps', 'evals', 'errors', 'messages', 'waits']
    return {
      ...{ enabled: true, autoAction: this.#action, disabledCmps: [], isMainWorld: false, visualTest: false },
      // Nothing is only hidden: a person would have answered it, and the site may wait for the answer.
      ...{ enablePrehide: false, prehideTimeout: 0, enableCosmeticRules: false, enableGeneratedRules: false },
      ...{ detectRetries: 3, enableHeuristicDetection: false, enablePopupMutationObserver: false },
      ...{ heuristicMode: 'off', heuristicPopupSearchTimeout: 0, performanceLoggingEnabled: false },
      logs: Object.fromEntries(quiet.map((name) => [name, false])),
    }
  }
}

let script: Promise<string> | undefined
let loadedRules: Promise<{ readonly autoconsent: readonly unknown[] }> | undefined

/** Its own build for pages, as it is published; the messages of it go through a binding that takes text alone. */
function contentScript(): Promise<string> {
  script ??= readFile(join(packageFolder(), 'dist', 'autoconsent.playwright.js'), 'utf8').then(
    (code) =>
      `globalThis.autoconsentSendMessage = (message) => { ${binding}(JSON.stringify(message)); return Promise.resolve() };\n${code}`,
  )
  return script
}

/** Those that were written for consent managers, and not made for single sites, of which there are thousands. */
function rules(): Promise<{ readonly autoconsent: readonly unknown[] }> {
  loadedRules ??= readFile(join(packageFolder(), 'rules', 'rules.json'), 'utf8').then((text) => {
    const { autoconsent } = JSON.parse(text) as { autoconsent: { name: string }[] }
    return { autoconsent: autoconsent.filter(({ name }) => !name.startsWith('auto_')) }
  })
  return loadedRules
}

function packageFolder(): string {
  return dirname(dirname(createRequire(import.meta.url).resolve('@duckduckgo/autoconsent/rules/rules.json')))
}
