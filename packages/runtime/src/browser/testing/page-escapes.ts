import type { Page } from 'playwright-core'
import type { Stranger } from './stranger.ts'

/** A way out of a page. */
export interface PageEscape {
  readonly name: string
  /** When it is plain that nothing comes any more: the gate refused the stranger, or the attempt is over. */
  readonly stoppedBy: 'gate' | 'end'
  /** Runs in a page of the target; gets the stranger's origin as `to` and its port as `port`. */
  readonly script: string
}

/** Runs the script of an escape in the target's page. */
export async function attempt({ script }: PageEscape, page: Page, { origin, port }: Stranger): Promise<unknown> {
  return await page.evaluate(`(async (to, port) => { ${script} })(${JSON.stringify(origin)}, ${port})`)
}

const RTC = (server: string): string => `
  const iceServers = [{ urls: \`${server}\`, username: 'u', credential: 'c' }]
  const connection = new RTCPeerConnection({ iceServers })
  const complete = new Promise((resolve) => {
    connection.onicegatheringstatechange = () => connection.iceGatheringState === 'complete' && resolve()
  })
  connection.createDataChannel('x')
  await connection.setLocalDescription(await connection.createOffer())
  await complete`

const FORM = (action: string): string => `
  const form = document.body.appendChild(document.createElement('form'))
  form.method = 'post'
  form.action = ${action}
  form.submit()`

const LINK = (set: string): string => `
  const link = document.body.appendChild(document.createElement('a'))
  ${set}
  link.click()`

/** `/302?URL` and `/307?URL` of the target redirect, `/worker.js?URL` is a worker that fetches it. */
export const PAGE_ESCAPES: readonly PageEscape[] = [
  { name: 'a navigation', stoppedBy: 'gate', script: 'location.href = to' },
  { name: 'a link', stoppedBy: 'gate', script: LINK('link.href = to') },
  { name: 'a popup', stoppedBy: 'gate', script: 'window.open(to)' },
  { name: 'a popup without an opener', stoppedBy: 'gate', script: "window.open(to, '_blank', 'noopener')" },
  { name: 'a redirect', stoppedBy: 'gate', script: "location.href = '/302?' + encodeURIComponent(to)" },
  { name: 'a form post', stoppedBy: 'gate', script: FORM('to') },
  { name: 'a form post redirected by 307', stoppedBy: 'gate', script: FORM("'/307?' + encodeURIComponent(to)") },
  {
    name: 'a frame',
    stoppedBy: 'gate',
    script: "document.body.appendChild(document.createElement('iframe')).src = to",
  },
  { name: 'an image', stoppedBy: 'gate', script: 'new Image().src = to' },
  { name: 'a fetch', stoppedBy: 'gate', script: "await fetch(to, { mode: 'no-cors', method: 'POST', body: 'x' })" },
  {
    name: 'a fetch that outlives its page',
    stoppedBy: 'gate',
    script: "fetch(to, { mode: 'no-cors', method: 'POST', body: 'x', keepalive: true }); location.href = 'about:blank'",
  },
  { name: 'a beacon', stoppedBy: 'gate', script: "navigator.sendBeacon(to, 'x')" },
  {
    name: 'a prefetch',
    stoppedBy: 'gate',
    script: "Object.assign(document.head.appendChild(document.createElement('link')), { rel: 'prefetch', href: to })",
  },
  {
    name: 'a service worker',
    stoppedBy: 'gate',
    script: "await navigator.serviceWorker.register('/worker.js?' + encodeURIComponent(to))",
  },
  { name: 'a worker', stoppedBy: 'gate', script: "new Worker('/worker.js?' + encodeURIComponent(to))" },
  {
    name: 'a download',
    stoppedBy: 'gate',
    script: LINK("link.download = 'x'; link.href = '/302?' + encodeURIComponent(to)"),
  },
  { name: 'an event source', stoppedBy: 'gate', script: 'new EventSource(to)' },
  { name: 'a WebSocket', stoppedBy: 'gate', script: "new WebSocket(to.replace('http', 'ws'))" },
  {
    name: 'a preconnect to TLS',
    stoppedBy: 'end',
    script: "await fetch(to.replace('http', 'https'), { mode: 'no-cors' })",
  },
  {
    name: 'another name for loopback',
    stoppedBy: 'end',
    script: "await fetch(to.replace('127.0.0.1', 'localhost'), { mode: 'no-cors' })",
  },
  { name: 'WebRTC over UDP (STUN)', stoppedBy: 'end', script: RTC('stun:127.0.0.1:$'.concat('{port}')) },
  { name: 'WebRTC over UDP (TURN)', stoppedBy: 'end', script: RTC('turn:127.0.0.1:$'.concat('{port}')) },
  { name: 'WebRTC over TCP (TURN)', stoppedBy: 'end', script: RTC('turn:127.0.0.1:$'.concat('{port}?transport=tcp')) },
  {
    name: 'WebTransport (QUIC)',
    stoppedBy: 'end',
    script: "await new WebTransport(to.replace('http', 'https')).ready",
  },
]
