import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Channel } from './channel.ts'
import { type Admitted, Exchange, relayAnswer } from './exchange.ts'
import { endToEnd } from './headers.ts'

const UPGRADE = ['Connection', 'Upgrade', 'Upgrade', 'websocket'] as const

/** Forwards a WebSocket handshake; once both sides have agreed, bytes pass unread. */
export function forwardUpgrade(
  channel: Channel,
  admitted: Admitted,
  req: IncomingMessage,
  client: Duplex,
  head: Buffer,
): void {
  const exchange = new Exchange(channel, admitted, req, UPGRADE)
  const { upstream } = exchange
  client.on('error', () => client.destroy())
  client.once('close', () => exchange.clientLeft())

  upstream.once('upgrade', (response: IncomingMessage, site: Socket, siteHead: Buffer) => {
    exchange.answered(response)
    const headers = [...endToEnd(response.rawHeaders), ...UPGRADE]
    let text = `HTTP/1.1 101 ${response.statusMessage ?? ''}\r\n`
    for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`
    client.write(Buffer.from(`${text}\r\n`, 'latin1'))
    site.setTimeout(0)
    site.setNoDelay(true)
    if (siteHead.length > 0) client.write(siteHead)
    if (head.length > 0) site.write(head)
    site.on('data', (chunk: Buffer) => {
      exchange.bytes += chunk.length
    })
    client.on('data', (chunk: Buffer) => {
      exchange.bytes += chunk.length
    })
    site.pipe(client)
    client.pipe(site)
    site.once('error', (error) => exchange.failedWith(error))
    site.once('close', () => {
      exchange.ended()
      client.end()
    })
    client.once('close', () => site.destroy())
  })

  upstream.once('response', (response) => {
    const res = new ServerResponse(req)
    res.shouldKeepAlive = false
    res.assignSocket(client as Socket)
    res.once('finish', () => {
      exchange.ended()
      client.end()
    })
    relayAnswer(exchange, response, res)
  })
  upstream.end()
}
