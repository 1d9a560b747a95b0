import { expect, it } from 'vitest'
import { nearest } from './nearest.ts'

const KNOWN = ['dataDir', 'pluginsDir', 'timeZone', 'api', 'host', 'port']

it.each([
  ['prot', 'port'],
  ['datadir', 'dataDir'],
  ['dataDri', 'dataDir'],
  ['pluginDir', 'pluginsDir'],
  ['apis', 'api'],
  ['timezoen', 'timeZone'],
  ['colour', undefined],
  ['x', undefined],
  ['', undefined],
])('%s is probably %s', (word, meant) => {
  expect(nearest(word, KNOWN)).toBe(meant)
})
