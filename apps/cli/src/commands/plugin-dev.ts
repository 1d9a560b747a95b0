import { existsSync, readFileSync, watch } from 'node:fs'
import { basename, join, resolve, sep } from 'node:path'
import type { RunDetails } from '@refbot/runtime'
import { command } from '../command.ts'
import { CliError } from '../errors.ts'
import { waitingText } from '../run-text.ts'
import type { Session } from '../session.ts'
import { neutral } from '../terminal/text.ts'

/** After the last change of several that belong together, ms. */
const QUIET_MS = 150

/** A plugin under the hand of its author: run in a real host, and again at each change of its folder. */
export const dev = command({
  args: {
    folder: { type: 'positional', required: false, description: 'The folder of the plugin; default: here.' },
    once: { type: 'boolean', description: 'Run it once; the exit code is 0 only if that succeeds.' },
  },
  async run(session, { folder = '.', once }) {
    const plugin = resolve(session.cwd, folder)
    if (!existsSync(join(plugin, 'plugin_config.json')) && !existsSync(join(plugin, 'package.json'))) {
      throw new CliError(
        'PLUGIN_FOLDER_INVALID',
        `${plugin} holds neither a plugin_config.json nor a package.json.`,
        'Name the folder of a plugin: refbot plugin dev plugins/shop.',
      )
    }
    const [{ startTestHost }, { untilEnded }] = await Promise.all([
      import('@refbot/runtime/testing'),
      import('../server/signals.ts'),
    ])
    using ended = untilEnded(process)
    await using host = await startTestHost({ plugin })
    const { plugins, runs, events } = host.refbot
    events.listen(({ type, data }) => {
      if (type === 'run.changed' && data.status === 'retrying') void runs.get(data.executionId).then(tellWaiting)
    })
    const tellWaiting = ({ retryAt, error }: RunDetails) => {
      if (retryAt === undefined) return
      session.warn([`${host.id} waits ${waitingText({ retryAt: new Date(retryAt).toISOString(), error })}.`])
    }
    const runOnce = async (signal?: AbortSignal) => {
      try {
        const { id } = await plugins.runPlugin(host.id)
        // It may have begun after it was to end.
        const cancel = () => void runs.cancel(id)
        if (signal?.aborted === true) cancel()
        else signal?.addEventListener('abort', cancel, { once: true })
        const run = await runs.settled(id)
        tell(session, run, runs.logFile(id))
        return run.status === 'success'
      } catch (error) {
        const { message, hint } = error as Error & { hint?: string }
        session.warn([hint === undefined ? message : `${message} ${hint}`])
        return false
      }
    }
    if (once === true) {
      session.exitCode = (await runOnce()) ? 0 : 1
      return
    }
    using changes = changesOf(plugin)
    const over = ended.end.then(() => 'over' as const)
    while (true) {
      const changed = changes.next()
      const turn = new AbortController()
      const running = runOnce(turn.signal).then(() => 'ran' as const)
      let what = await Promise.race([running, changed, over])
      // What has changed is worth more than the end of what ran before.
      if (what !== 'ran') turn.abort()
      await running
      if (what === 'ran') {
        session.warn([`${host.id} runs again when something in ${basename(plugin)} changes.`])
        what = await Promise.race([changed, over])
      }
      if (what === 'over') return
    }
  },
})

function tell(session: Session, run: RunDetails, logFile: string): void {
  const log = existsSync(logFile) ? readFileSync(logFile, 'utf8').trim().split('\n') : []
  session.print({ id: run.id, status: run.status, error: run.error, result: run.result ?? null }, () =>
    [
      ...log.filter((line) => line !== '').map(lineText),
      `${run.status} ${neutral(JSON.stringify(run.result ?? null))}`,
      ...(run.error === undefined ? [] : [neutral(`${run.error.message} (${run.error.code})`)]),
    ].join('\n'),
  )
}

function lineText(line: string): string {
  const { time, level, message, fields } = JSON.parse(line) as Record<string, unknown>
  const rest = fields === undefined ? '' : ` ${JSON.stringify(fields)}`
  return neutral(`${String(time).slice(11, 23)} ${String(level).padEnd(5)} ${String(message)}${rest}`)
}

/** Changes of what a plugin is made of: not of what is installed in its folder, or built by a run. */
function changesOf(folder: string): Disposable & { next(): Promise<'changed'> } {
  let waiting = Promise.withResolvers<'changed'>()
  let timer: NodeJS.Timeout | undefined
  const watcher = watch(folder, { recursive: true }, (_, name) => {
    if (name?.split(sep).some((part) => part === 'node_modules' || part.startsWith('.')) === true) return
    clearTimeout(timer)
    timer = setTimeout(() => {
      waiting.resolve('changed')
      waiting = Promise.withResolvers()
    }, QUIET_MS)
  })
  return {
    next: () => waiting.promise,
    [Symbol.dispose]() {
      clearTimeout(timer)
      watcher.close()
    },
  }
}
