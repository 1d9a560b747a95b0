import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { sendMail } from './mail.ts'

const mail = { to: 'ada@example.com', subject: 'Hello', text: 'One\n.Two' }

async function serve(answers: readonly string[]) {
  const said: string[] = []
  const server = createServer((socket) => {
    const left = [...answers]
    socket.write(`${left.shift()}\r\n`)
    socket.on('data', (data) => {
      said.push(String(data))
      const next = left.shift()
      if (next === undefined) socket.end()
      else socket.write(`${next}\r\n`)
    })
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { port, said, [Symbol.dispose]: () => server.close() }
}

it('hands a mail over, line by line', async () => {
  using server = await serve(['220 hi', '250-one\r\n250 two', '250 ok', '250 ok', '354 go', '250 taken', '221 bye'])
  await sendMail(server.port, mail)
  expect(server.said.slice(1, 4)).toEqual([
    'MAIL FROM:<logbook@demo.test>\r\n',
    'RCPT TO:<ada@example.com>\r\n',
    'DATA\r\n',
  ])
  expect(server.said[4]).toMatch(/^From: [\s\S]*Subject: Hello\r\n[\s\S]*\r\n\r\nOne\r\n\.\.Two\r\n\.\r\n$/)
})

it.each([
  ['refuses it', ['220 hi', '250 ok', '250 ok', '550 nobody here'], /550 nobody here/],
  ['hangs up', ['220 hi', '250 ok'], /hung up/],
])('says so where the server %s', async (_, answers, message) => {
  using server = await serve(answers)
  await expect(sendMail(server.port, mail)).rejects.toThrow(message)
})
