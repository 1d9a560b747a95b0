import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'vitest'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures')
/** Jobs whose executions may have a second attempt after a crash. */
const RETRIED = ['config:again', 'tick-again']
/** Lines that a life lasts at most once it is ready. */
const LONGEST_LIFE = 40
/** The system takes the children of a process that was killed within a tenth of a second; on a busy machine later. */
const LET_GO_MS = 10_000

export interface Figures {
  kills: number
  executions: number
  /** Executions that a kill cut off: recorded as such, or tried again. */
  cutOff: number
  runs: number
  events: number
  processes: number
}

/**
 * Kills a loaded instance again and again at random points, its starts included, and audits what the next start makes
 * of it.
 */
export async function campaign(kills: number, random: () => number): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'refbot-campaign-'))
  const files = { dataDir: join(folder, 'data'), journal: join(folder, 'journal') }
  let processes = 0
  let marked: readonly number[] = []
  try {
    for (let kill = 0; kill <= kills; kill += 1) {
      const host = new Host(files)
      try {
        // One in ten dies before it is ready.
        if (kill < kills && random() < 0.1) {
          await host.lines(1 + Math.floor(random() * 5))
        } else {
          const startedAt = await host.ready()
          await gone(marked)
          audit(files, startedAt)
          await host.lines(Math.floor(random() * LONGEST_LIFE))
        }
        marked = processesOf(files.dataDir)
        processes += marked.length
      } finally {
        await host.kill()
      }
    }
    await gone(marked)
    return { kills, processes, ...figures(files.dataDir) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Files {
  readonly dataDir: string
  readonly journal: string
}

class Host {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>
  readonly #exit: Promise<unknown>

  constructor({ dataDir, journal }: Files) {
    const script = join(FIXTURES, 'killed-under-load.ts')
    const args = ['--conditions=@refbot/source', script, dataDir, join(FIXTURES, 'plugins'), journal]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#child = child
    this.#exit = once(child, 'exit')
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  }

  /** When it began to start, epoch ms. */
  async ready(): Promise<number> {
    for (;;) {
      const line = await this.#line()
      if (line.startsWith('ready ')) return Number(line.slice('ready '.length))
    }
  }

  async lines(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) await this.#line()
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exit
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next()
    if (done === true) throw new Error('The host ended by itself.')
    return value
  }
}

function audit({ dataDir, journal }: Files, startedAt: number): void {
  // Read before the snapshot is taken: what was acknowledged by now has to be in it, whatever goes on meanwhile.
  const lines = (existsSync(journal) ? readFileSync(journal, 'utf8') : '').split('\n').map((line) => line.split(' '))
  const told = lines.slice(0, -1)
  using db = new DatabaseSync(join(dataDir, 'refbot.db'), { readOnly: true })
  db.exec('BEGIN')
  const executions = new Map(
    db
      .prepare('SELECT id, job_id AS job, status, claimed_at AS claimedAt FROM execution')
      .all()
      .map((row) => [String(row.id), row as { job: string; status: string; claimedAt: number }]),
  )
  const claimed = told.filter(([what]) => what === 'claimed').map(([, id = '']) => id)
  expect(claimed.filter((id) => !executions.has(id))).toEqual([])

  const starts = told.filter(([what]) => what === 'started').map(([, id, attempt]) => `${id} ${attempt}`)
  expect(new Set(starts).size).toBe(starts.length)
  const twice = db.prepare('SELECT execution_id AS id FROM attempt WHERE number > 1').all()
  expect(twice.filter(({ id }) => !RETRIED.includes(executions.get(String(id))?.job ?? ''))).toEqual([])

  for (const [, id = '', status = ''] of told.filter(([what]) => what === 'ended')) {
    expect(executions.get(id)?.status).toBe(status)
  }
  const open = [...executions.values()].filter(({ status }) => status === 'running' || status === 'retrying')
  expect(open.filter(({ job, claimedAt }) => claimedAt < startedAt && !RETRIED.includes(job))).toEqual([])

  expect(db.prepare('SELECT max(id) - min(id) + 1 - count(*) AS missing FROM event').get()).toEqual({ missing: 0 })
  const claims = db.prepare("SELECT count(*) AS n FROM event WHERE type IN ('run.claimed', 'execution.claimed')").get()
  expect(claims).toEqual({ n: executions.size })
  expect(db.prepare('SELECT count(*) AS n FROM pragma_foreign_key_check').get()).toEqual({ n: 0 })
}

function figures(dataDir: string): Omit<Figures, 'kills' | 'processes'> {
  using db = new DatabaseSync(join(dataDir, 'refbot.db'))
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  const count = (what: string): number => Number(db.prepare(`SELECT count(*) AS n FROM ${what}`).get()?.n)
  return {
    executions: count('execution'),
    cutOff: count(`(SELECT DISTINCT execution_id FROM attempt WHERE error LIKE '%ABANDONED%')`),
    runs: count('run'),
    events: count('event'),
  }
}

/** Waits until none of them is left but as a zombie. */
async function gone(pids: readonly number[]): Promise<void> {
  await expect.poll(() => pids.filter((pid) => /[^ZX]/.test(stateOf(pid))), { timeout: LET_GO_MS }).toEqual([])
}

/** Empty where there is none. */
export function stateOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
  } catch {
    return ''
  }
}

/** What the instance has started: all of it carries the data directory in its environment. */
function processesOf(dataDir: string): readonly number[] {
  const mark = `REFBOT_INSTANCE=${dataDir}`
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && environmentOf(pid).includes(mark))
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return []
  }
}
