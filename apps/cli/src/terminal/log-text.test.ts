import type { LogLine } from '@refbot/client'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { logText } from './log-text.ts'
import { painter } from './paint.ts'

const plain = painter(false)
const line: LogLine = { id: 1, time: '2026-11-25T14:02:07.000Z', level: 'info', message: 'run ended' }

describe('a line of a log for people', () => {
  it('has its time, level, what it is about, its words and what else there is to know', () => {
    const text = logText(
      { ...line, plugin: 'hello', runId: 'r1', fields: { ms: 812, why: 'two words', ok: true } },
      plain,
    )
    expect(text.replace(/^\S+ \S+/, 'TIME')).toBe('TIME  ● info   hello r1  run ended  ms=812 why="two words" ok=true')
  })

  it('shows an error with its code, its hint and where it came from', () => {
    const error = {
      name: 'RefbotError',
      message: 'It broke.',
      code: 'BROKEN',
      hint: 'Mend it.',
      stack: 'RefbotError: It broke.\n    at f (a.ts:1:2)\nCaused by Error: x\n    at g (b.ts:3:4)',
    }
    expect(
      logText({ ...line, level: 'error', error }, plain)
        .split('\n')
        .slice(1),
    ).toEqual([
      '    RefbotError: It broke. (BROKEN)',
      '    Mend it.',
      '    at f (a.ts:1:2)',
      '    Caused by Error: x',
      '    at g (b.ts:3:4)',
    ])
  })

  it('moves no cursor, rings no bell and stays one line, whatever was written into it', () => {
    const nasty = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(nasty, nasty, nasty, (message, name, value) => {
        const text = logText({ ...line, message, plugin: name, fields: { [name]: value, list: [value] } }, plain)
        expect(text).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
      }),
    )
  })
})
