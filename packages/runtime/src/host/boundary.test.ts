import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { deserialize, serialize } from 'node:v8'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Batch } from './batch.ts'
import { cageFlags } from './cage.ts'
import { metricSample, samplesOf, toBatch } from './metric-batch.ts'
import { checkGiven, type HostApi, hostCalls, NonsenseError, validated } from './protocol.ts'

const BATCH = toBatch([{ name: 'x', labels: {}, value: 1, at: 0 }])

describe('what a process says', () => {
  it.each([
    ['log', [[{ at: 'now' }]]],
    ['metrics', [[{ name: 'x', value: 1, labels: {}, at: 0 }]]],
    ['metrics', [{ ...BATCH, series: [{ name: '', labels: {} }] }]],
    ['metrics', [{ ...BATCH, of: Uint16Array.of(1) }]],
    ['metrics', [{ ...BATCH, values: Float64Array.of(Number.NaN) }]],
    ['metrics', [{ ...BATCH, at: Float64Array.of(0, 0) }]],
    ['storageSet', ['key']],
    ['openPage', [{ target: 7 }]],
    ['beat', []],
  ] as const)('%s with %o is nonsense, and reaches nothing', async (name, args) => {
    const api = Object.fromEntries(Object.keys(hostCalls).map((call) => [call, () => expect.unreachable()]))
    const told: NonsenseError[] = []
    const guarded = validated(api as unknown as HostApi, (error) => told.push(error))
    await expect((guarded[name] as (...all: unknown[]) => Promise<unknown>)(...args)).rejects.toThrow(NonsenseError)
    expect(told).toHaveLength(1)
  })

  it('is checked on its own side first, where a mistake is an error of its author with a place', () => {
    expect(() =>
      checkGiven(metricSample, 'metrics.record', { name: 'x'.repeat(300), value: 1, labels: {}, at: 0 }),
    ).toThrow(
      expect.objectContaining({ code: 'PLUGIN_CALL_INVALID', message: expect.stringContaining('metrics.record') }),
    )
  })
})

describe('samples', () => {
  it('are the same after they were columns, a series of them named once', () => {
    const samples = [
      { name: 'a', labels: { step: '1' }, value: 1.5, at: 7 },
      { name: 'a', labels: {}, value: -2, at: 8 },
      { name: 'a', labels: { step: '1' }, value: 3, at: 9 },
    ]
    const batch = toBatch(samples)
    expect(batch.series).toHaveLength(2)
    expect(samplesOf(hostCalls.metrics.parse(deserialize(serialize([batch])))[0])).toEqual(samples)
  })
})

describe('a batch', () => {
  const options = { limit: 3, weight: 100, weigh: (text: string) => text.length, delayMs: 60_000, capacity: 5 }

  it('hands on in order, no more at a time than its limits, and drops what a slow receiver leaves no room for', async () => {
    const sent: (readonly string[])[] = []
    const gate = Promise.withResolvers<void>()
    const batch = new Batch<string>(async (items) => {
      sent.push(items)
      await gate.promise
    }, options)
    for (let n = 0; n < 12; n += 1) batch.add(String(n))
    gate.resolve()
    await batch.flush()
    expect(sent[0]).toEqual(['0', '1', '2'])
    expect(sent.flat()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7'])
    expect(batch.dropped).toBe(4)
  })

  it.each([0, 1, 2, 3, 4, 5, 6])('loses nothing that is added %i turns after a flush began', async (turns) => {
    const sent: (readonly string[])[] = []
    const batch = new Batch<string>(async (items) => void sent.push(items), options)
    batch.add('first')
    void batch.flush()
    for (let n = 0; n < turns; n += 1) await undefined
    batch.add('last')
    await batch.flush()
    expect(sent.flat()).toEqual(['first', 'last'])
  })

  it('counts what could not be handed on among what was dropped', async () => {
    const batch = new Batch<string>(() => Promise.reject(new Error('too large')), options)
    batch.add('a')
    batch.add('b')
    await batch.flush()
    expect(batch.dropped).toBe(2)
  })

  it('keeps a heavy item to itself', async () => {
    const sent: (readonly string[])[] = []
    const batch = new Batch<string>(async (items) => void sent.push(items), options)
    batch.add('a'.repeat(90))
    batch.add('b'.repeat(200))
    await batch.flush()
    expect(sent.map((items) => items.length)).toEqual([1, 1])
  })
})

describe('the cage', () => {
  let root: string
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'refbot-cage-')))
    mkdirSync(join(root, 'shop'))
    mkdirSync(join(root, 'bank'))
    writeFileSync(join(root, 'shop', 'index.js'), '')
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))
  const flags = (permissions: readonly string[] = [], writable?: string) =>
    cageFlags({
      directory: join(root, 'shop'),
      entryUrl: pathToFileURL(join(root, 'shop', 'index.js')).href,
      writable,
      permissions: new Set(permissions),
      processEntry: join(import.meta.dirname, 'child.ts'),
    })

  it('opens the folder of the plugin and of the run, and no folder beside them', () => {
    const artifacts = join(root, 'bank')
    expect(flags([], artifacts)).toEqual(
      expect.arrayContaining([
        '--permission',
        '--no-experimental-sqlite',
        `--allow-fs-read=${join(root, 'shop')}`,
        `--allow-fs-write=${artifacts}`,
      ]),
    )
    expect(flags().join(' ')).not.toMatch(/allow-fs-write|allow-child-process|allow-addons|bank|allow-fs-read=\*/)
    expect(flags().filter((flag) => flag === `--allow-fs-read=${root}`)).toEqual([])
  })

  it('opens processes and native modules only where they were granted', () => {
    expect(flags(['processes', 'addons'])).toEqual(expect.arrayContaining(['--allow-child-process', '--allow-addons']))
  })

  it('refuses a link that leads out of the folder, which would open what it leads to', () => {
    symlinkSync('../bank', join(root, 'shop', 'inside'))
    expect(() => flags()).toThrow(expect.objectContaining({ code: 'PLUGIN_LINK_OUTSIDE' }))
  })

  it('lets links within the folder be', () => {
    symlinkSync('index.js', join(root, 'shop', 'main.js'))
    expect(flags()).toContain('--permission')
  })
})
