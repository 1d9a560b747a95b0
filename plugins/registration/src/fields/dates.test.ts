import { describe, expect, it } from 'vitest'
import { control } from '../testing/control.ts'
import { dateOf } from './dates.ts'

const date = { year: 1987, month: 3, day: 25 }

describe('a date', () => {
  it.each([
    ['MM/DD/YYYY', '03/25/1987'],
    ['DD/MM/YYYY', '25/03/1987'],
    ['DD / MM / YYYY', '25 / 03 / 1987'],
    ['dd-mm-yyyy', '25-03-1987'],
    ['YYYY-MM-DD', '1987-03-25'],
    ['YYYYMMDD', '19870325'],
    ['DDMMYYYY', '25031987'],
    ['mm/dd/yy', '03/25/87'],
    ['d.m.yyyy', '25.03.1987'],
    ['TT.MM.JJJJ', '25.03.1987'],
    ['jj/mm/aaaa', '25/03/1987'],
    ['gg/mm/aaaa', '25/03/1987'],
    ['dd/mm/aaaa', '25/03/1987'],
    ['dd-mm-jjjj', '25-03-1987'],
    ['DD.MM.RRRR', '25.03.1987'],
    ['RRRR-MM-DD', '1987-03-25'],
    ['ÅÅÅÅ-MM-DD', '1987-03-25'],
    ['GG.AA.YYYY', '25.03.1987'],
    ['дд.мм.гггг', '25.03.1987'],
    ['YYYY/MM/DD', '1987/03/25'],
    ['12/31/1990', '03/25/1987'],
    ['e.g. 31.12.1990', '25.03.1987'],
    ['1990-12-31', '1987-03-25'],
    ['Your birthday', '1987-03-25'],
  ])('after %s is %s', (placeholder, expected) => {
    expect(dateOf(control({ placeholder }), date)).toBe(expected)
  })

  it.each([
    [{ type: 'date' }, '1987-03-25'],
    [{ type: 'date', max: '1980-01-01' }, '1980-01-01'],
    [{ type: 'month' }, '1987-03'],
    [{ pattern: '\\d{2}/\\d{2}/\\d{4}' }, '03/25/1987'],
    [{ pattern: '\\d{2}\\.\\d{2}\\.\\d{4}' }, '25.03.1987'],
    [{ pattern: '\\d{8}' }, '19870325'],
    [{ label: 'Date of birth (dd/mm/yyyy)' }, '25/03/1987'],
  ])('in %j is %s', (given, expected) => {
    expect(dateOf(control(given), date)).toBe(expected)
  })
})
