import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BatchResult } from '@refbot/plugin-registration'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
    finished = await refbot(['demo', '--json'], { cwd })
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

/** Command lines of living processes that name a folder; a zombie has none. */
function processesThatName(folder: string): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      } catch {
        return ''
      }
    })
    .filter((line) => line.includes(folder))
}
