/** An HTTP proxy that tunnels, in a process of its own: `node proxy.ts`, told by IPC. */
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

const server = createServer()
server.on('connect', (req, client) => {
  const { hostname, port } = new URL(`http://${req.url}`)
  const site = connect({ host: hostname, port: Number(port), noDelay: true }, () => {
    client.write('HTTP/1.1 200 OK\r\n\r\n')
    client.pipe(site).pipe(client)
  })
  client.on('error', () => site.destroy())
  site.on('error', () => client.destroy())
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.once('disconnect', () => process.exit(0))
