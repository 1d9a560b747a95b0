import { describe, expect, test } from 'vitest'
import { commonArguments, fenceArguments } from './arguments.ts'

test('the fence is exactly this; each line has its escapes in fence.*.test.ts', () => {
  expect(fenceArguments({ port: 4443, spki: 'hash=' })).toEqual([
    '--host-resolver-rules=MAP *.gate.invalid 127.0.0.1:4443,MAP * ~NOTFOUND',
    '--proxy-server=https://none.gate.invalid:443',
    '--proxy-bypass-list=<-loopback>',
    '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
    '--webrtc-ip-handling-policy=disable_non_proxied_udp',
    '--disable-quic',
    '--ignore-certificate-errors-spki-list=hash=',
  ])
})

describe('what every browser is started with', () => {
  const args = commonArguments({ headless: true, profileDir: '/profile', sandbox: true })

  test('a pipe and never a debugging port, a profile of its own, the sandbox', () => {
    expect(args).toContain('--remote-debugging-pipe')
    expect(args).toContain('--user-data-dir=/profile')
    expect(
      args.filter((arg) => /debugging-(port|address)|no-sandbox|disable-web-security|allow-file-access/.test(arg)),
    ).toEqual([])
  })

  test('it says that it is automated: nothing masks it', () => {
    expect(args).toContain('--enable-automation')
    expect(args.filter((arg) => /user-agent|AutomationControlled/.test(arg))).toEqual([])
  })

  test('without the sandbox only where asked for', () => {
    expect(commonArguments({ headless: true, profileDir: '/p', sandbox: false })).toContain('--no-sandbox')
  })

  test('with a window only where asked for', () => {
    expect(args).toContain('--headless')
    expect(commonArguments({ headless: false, profileDir: '/p', sandbox: true })).not.toContain('--headless')
  })
})
