import { describe, expect, it } from 'vitest'
import { parseCommandLine } from './command-line.ts'
import { proxyFaults } from './proxy/faults.ts'
import { siteFaults } from './site/faults.ts'

const secret = { DEMO_PROXY_PASSWORD: 'secret' }
const parse = (line: string, environment: NodeJS.ProcessEnv = {}) => parseCommandLine(line.split(' '), environment)

describe('site', () => {
  it('needs a database only', () => {
    expect(parse('site --db a.db')).toEqual({
      kind: 'site',
      settings: {
        port: 0,
        databaseFile: 'a.db',
        fault: 'none',
        latencyMs: 0,
        rateLimit: 3,
        redirectTo: '',
        smtpPort: 0,
      },
    })
  })

  it('takes every flag', () => {
    const line =
      'site --db a.db --port 8080 --fault foreign-redirect --latency-ms 5 --rate-limit 0 --redirect-to http://127.0.0.2/'
    expect(parse(line)).toMatchObject({
      settings: { port: 8080, fault: 'foreign-redirect', latencyMs: 5, rateLimit: 0, redirectTo: 'http://127.0.0.2/' },
    })
  })

  it('is slow by itself with the fault slow, and as slow as asked for', () => {
    expect(parse('site --db a.db --fault slow')).toMatchObject({ settings: { latencyMs: 1000 } })
    expect(parse('site --db a.db --fault slow --latency-ms 0')).toMatchObject({ settings: { latencyMs: 0 } })
  })
})

describe('proxy', () => {
  it('takes its password from the environment', () => {
    expect(parse('proxy --username ada --log a.ndjson --fault slow', secret)).toEqual({
      kind: 'proxy',
      settings: { port: 0, username: 'ada', password: 'secret', logFile: 'a.ndjson', fault: 'slow', latencyMs: 150 },
    })
  })

  it('has no flag for the password', () => {
    expect(() => parse('proxy --username ada --log a --password secret')).toThrow("Unknown option '--password'.")
  })
})

it('helps with every fault', () => {
  const command = parse('--help')
  if (command.kind !== 'help') throw new Error('This is no help.')
  for (const fault of [...Object.keys(siteFaults), ...Object.keys(proxyFaults)])
    expect(command.text).toContain(`  ${fault} `)
})

it.each([
  ['', 'Name what to start: site or proxy.'],
  ['server', '"server" is neither site nor proxy.'],
  ['site extra --db a', '"extra" is one word too many.'],
  ['site', 'The site needs --db FILE.'],
  ['site --db a --fault refuse-half', 'There is no site fault "refuse-half".'],
  ['site --db a --port 65536', '--port must be a whole number from 0 to 65535, not "65536".'],
  ['site --db a --port=-1', '--port must be a whole number from 0 to 65535, not "-1".'],
  ['site --db a --latency-ms 1.5', '--latency-ms must be a whole number from 0 to 60000, not "1.5".'],
  ['site --db a --fault foreign-redirect', 'The fault foreign-redirect needs --redirect-to with an http or https URL.'],
  ['site --db a --fault foreign-redirect --redirect-to ftp://x/', 'The fault foreign-redirect needs --redirect-to'],
  ['site --db a --unknown', "Unknown option '--unknown'."],
  ['proxy --log a', 'The proxy needs --username NAME, without a colon.'],
  ['proxy --username a:b --log a', 'The proxy needs --username NAME, without a colon.'],
  ['proxy --username a', 'The proxy needs --log FILE.'],
  ['proxy --username a --log a', 'The proxy needs a password in the environment variable DEMO_PROXY_PASSWORD.'],
  ['proxy --username a --log a --fault wizard', 'There is no proxy fault "wizard".'],
])('refuses %j', (line, message) => {
  const argv = line === '' ? [] : line.split(' ')
  expect(() => parseCommandLine(argv, {})).toThrow(
    expect.objectContaining({ code: 'DEMO_USAGE', hint: expect.any(String) }),
  )
  expect(() => parseCommandLine(argv, {})).toThrow(message)
})
