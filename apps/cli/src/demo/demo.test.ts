import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BatchResult } from '@refbot/plugin-registration'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Finished, refbot } from '../test-support.ts'

const LIMIT_MS = 120_000

const cwd = mkdtempSync(join(tmpdir(), 'refbot-demo-'))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

describe('refbot demo', () => {
  let finished: Finished
  let shown: {
    batch: BatchResult
    artifactsDir: string
    problems: string[]
    scores: { circuit: string; score: number }[]
  }
  beforeAll(async () => {
    const running = refbot(['demo', '--json'], { cwd })
    await vi.waitFor(() => expect(processesThatName(cwd).length).toBeGreaterThan(3), { timeout: LIMIT_MS })
    finished = await running
    if (finished.code === 0) shown = JSON.parse(finished.stdout)
  }, LIMIT_MS)

  it('runs the main job to its end, with every side in agreement', () => {
    expect(finished).toMatchObject({ code: 0, stderr: expect.stringContaining('agree with every row') })
    expect(shown.batch.summary).toMatchObject({ planned: 9, succeeded: 9 })
    expect(shown.problems).toEqual([])
  })

  it('rotates the proxies, and shows at least one failover', () => {
    expect(new Set(shown.batch.submissions.flatMap(({ attempts }) => attempts.map(({ proxy }) => proxy))).size).toBe(3)
    expect(shown.batch.submissions.some(({ attempts }) => attempts.length > 1)).toBe(true)
    expect(shown.scores.map(({ score }) => score)).toEqual(
      shown.scores.map(({ score }) => score).toSorted((a, b) => b - a),
    )
  })

  it('keeps a screenshot of each submission', () => {
    const screenshots = shown.batch.submissions.map(({ screenshot }) => join(shown.artifactsDir, screenshot ?? 'none'))
    expect(screenshots.filter(existsSync)).toHaveLength(9)
  })

  it('tells how far it is', () => {
    expect(finished.stderr).toMatch(/Starting the sign-up site[\s\S]*1\/9 [\s\S]*9\/9 /)
  })

  it('leaves no process behind', () => {
    expect(processesThatName(cwd)).toEqual([])
  })
})

describe('refbot demo that cannot agree', () => {
  it(
    'ends with an error that names the e-mail address which the site lost',
    async () => {
      const { code, stdout, stderr } = await refbot(['demo', '--submissions', '6', '--site-fault=drop-one'], { cwd })
      expect(code).toBe(1)
      expect(stderr).toMatch(/\(DEMO_MISMATCH\)/)
      expect(stderr).toMatch(/@example\.com was reported as signed up, and the site does not hold it/)
      expect(stdout).toMatch(/6 of 6 succeeded/)
    },
    LIMIT_MS,
  )

  it.each([
    [['--site-fault=earthquake'], 'DEMO_FAULT_UNKNOWN'],
    [['--submissions', '2'], 'CLI_'],
  ])('refuses %j before anything is started', async (args, code) => {
    const empty = mkdtempSync(join(tmpdir(), 'refbot-demo-refused-'))
    const finished = await refbot(['demo', ...args], { cwd: empty })
    expect(finished).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(code) })
    expect(readdirSync(empty)).toEqual([])
    rmSync(empty, { recursive: true })
  })
})

/** Living processes that name a folder in their command line or their environment; a zombie has neither. */
function processesThatName(folder: string): string[] {
  const read = (file: string) => {
    try {
      return readFileSync(file, 'utf8').replaceAll('\0', ' ')
    } catch {
      return ''
    }
  }
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .map((pid) => `${read(`/proc/${pid}/cmdline`)} ${read(`/proc/${pid}/environ`)}`)
    .filter((text) => text.includes(folder))
}
