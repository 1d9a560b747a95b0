import { describe, expect, test } from 'vitest'
import { type CommandLimits, judge, MAX_POST_DATA_BYTES } from './command.ts'

const LEASE = 'https://0123-secret.gate.invalid:443'
const limits: CommandLimits = {
  leaseServers: () => [LEASE],
  insideRunFolder: (path) => path.startsWith('/run/'),
}
const verdict = (method: string, params: Record<string, unknown> = {}) => judge({ id: 1, method, params }, limits)

const context = (more: object) => ({ proxyServer: LEASE, proxyBypassList: '<-loopback>', ...more })

const PASSED: [string, Record<string, unknown>][] = [
  ['Target.createBrowserContext', context({ disposeOnDetach: true })],
  ['Target.createBrowserContext', context({ proxyServer: LEASE.replace(':443', '') })],
  ['Target.createTarget', { url: 'about:blank' }],
  ['Target.createTarget', { url: '' }],
  ['Target.setAutoAttach', { autoAttach: true, flatten: true }],
  ['Target.getTargetInfo', {}],
  ['Browser.getVersion', {}],
  ['Browser.setDownloadBehavior', { behavior: 'allowAndName', downloadPath: '/run/downloads' }],
  ['Browser.setDownloadBehavior', { behavior: 'deny' }],
  ['Page.navigate', { url: 'http://127.0.0.1/' }],
  ['Page.navigate', { url: 'https://anywhere.example/' }],
  ['Page.navigate', { url: 'data:text/html,hi' }],
  ['Page.navigate', { url: 'blob:http://127.0.0.1/x' }],
  ['Page.navigate', { url: 'about:blank#x' }],
  ['Page.captureScreenshot', {}],
  ['DOM.setFileInputFiles', { files: ['/run/a', '/run/b'] }],
  ['Input.dispatchDragEvent', { data: { items: [] } }],
  ['Fetch.continueRequest', { requestId: '1' }],
  ['Runtime.evaluate', { expression: '1' }],
  ['Tracing.start', { traceConfig: {}, transferMode: 'ReturnAsStream' }],
]

test.each(PASSED)('%s %j passes unchanged', (method, params) => {
  expect(verdict(method, params)).toEqual({ pass: params })
})

const REFUSED: [string, Record<string, unknown>][] = [
  ['Target.createBrowserContext', {}],
  ['Target.createBrowserContext', { proxyServer: LEASE }],
  ['Target.createBrowserContext', context({ proxyBypassList: '<-loopback>;*' })],
  ['Target.createBrowserContext', context({ proxyBypassList: '' })],
  ['Target.createBrowserContext', context({ proxyServer: 'https://other.gate.invalid:443' })],
  ['Target.createBrowserContext', context({ proxyServer: `${LEASE},direct://` })],
  ['Target.createBrowserContext', context({ proxyServer: 'http=127.0.0.1:1' })],
  ['Target.createBrowserContext', context({ proxyServer: LEASE.toUpperCase() })],
  ['Target.createBrowserContext', context({ proxyServer: [LEASE] })],
  ['Target.createBrowserContext', context({ originsWithUniversalNetworkAccess: ['http://127.0.0.1'] })],
  ['Target.createTarget', { url: 'file:///etc/passwd' }],
  ['Target.createTarget', {}],
  ['Target.sendMessageToTarget', { message: '{}' }],
  ['Target.setRemoteLocations', { locations: [{ host: '127.0.0.1', port: 9222 }] }],
  ['Target.exposeDevToolsProtocol', { targetId: 'x' }],
  ['Target.openDevTools', { targetId: 'x' }],
  ['Target.somethingNew', {}],
  ['Page.navigate', { url: 'file:///etc/passwd' }],
  ['Page.navigate', { url: ' FILE:///etc/passwd' }],
  ['Page.navigate', { url: 'fi\nle:///etc/passwd' }],
  ['Page.navigate', { url: 'view-source:http://127.0.0.1/' }],
  ['Page.navigate', { url: 'chrome://version' }],
  ['Page.navigate', { url: 'about:version' }],
  ['Page.navigate', { url: 'about:' }],
  ['Page.navigate', { url: 'devtools://devtools/bundled/inspector.html' }],
  ['Page.navigate', { url: 'filesystem:http://127.0.0.1/x' }],
  ['Page.navigate', { url: 'chrome-extension://x/y' }],
  ['Page.navigate', { url: 'javascript:1' }],
  ['Page.navigate', { url: 'ws://127.0.0.1' }],
  ['Page.navigate', { url: '/etc/passwd' }],
  ['Page.navigate', { url: 1 }],
  ['Page.navigate', {}],
  ['Fetch.continueRequest', { requestId: '1', url: 'file:///etc/passwd' }],
  ['Network.loadNetworkResource', { url: 'file:///etc/passwd' }],
  ['Network.continueInterceptedRequest', { url: 'http://127.0.0.1' }],
  ['Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: '/etc' }],
  ['Browser.setDownloadBehavior', { behavior: 'allow' }],
  ['Browser.setDownloadBehavior', { behavior: 'default' }],
  ['Browser.setDownloadBehavior', { behavior: 'default', downloadPath: '/run/x' }],
  ['Page.setDownloadBehavior', { behavior: 'allow', downloadPath: '/etc' }],
  ['DOM.setFileInputFiles', { files: ['/run/a', '/etc/passwd'] }],
  ['DOM.setFileInputFiles', { files: [1] }],
  ['DOM.setFileInputFiles', { files: '/run/a' }],
  ['DOM.setFileInputFiles', {}],
  ['Input.dispatchDragEvent', { data: { items: [], files: ['/etc/passwd'] } }],
  ['Tracing.start', { perfettoConfig: 'x' }],
  ['Tracing.start', { tracingBackend: 'system' }],
  ['Browser.getBrowserCommandLine', {}],
  ['Browser.executeBrowserCommand', { commandId: 'x' }],
  ['Browser.crash', {}],
  ['Tethering.bind', { port: 8080 }],
  ['Cast.enable', {}],
  ['Extensions.loadUnpacked', { path: '/x' }],
  ['SystemInfo.getInfo', {}],
  ['PWA.install', {}],
  ['FileSystem.getDirectory', {}],
  ['DeviceAccess.selectPrompt', {}],
  ['SomethingNew.enable', {}],
  ['constructor', {}],
  ['__proto__.x', {}],
  ['', {}],
]

test.each(REFUSED)('%s %j is refused, with a reason', (method, params) => {
  expect(verdict(method, params)).toEqual({ refuse: expect.stringMatching(/\w/) })
})

describe('post bodies are kept out of events', () => {
  test.each([
    [{}, MAX_POST_DATA_BYTES],
    [{ maxPostDataSize: 10 }, 10],
    [{ maxPostDataSize: 1e9 }, MAX_POST_DATA_BYTES],
    [{ maxPostDataSize: 'all' }, MAX_POST_DATA_BYTES],
  ])('Network.enable %j: %s', (params, maxPostDataSize) => {
    expect(verdict('Network.enable', { ...params, maxTotalBufferSize: 5 })).toEqual({
      pass: { maxTotalBufferSize: 5, maxPostDataSize },
    })
  })
})
