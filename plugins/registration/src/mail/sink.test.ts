import { describe, expect, it } from 'vitest'
import { openSender, sendMail } from '../testing/send-mail.ts'
import { MailSink } from './sink.ts'

it('receives no mail on a port that is taken', async () => {
  await using sink = await MailSink.listen(0)
  await expect(MailSink.listen(sink.port)).rejects.toMatchObject({ code: 'INBOX_PORT_TAKEN' })
})

describe('the inbox that the plugin opens itself', () => {
  it('keeps the last mails to each address, the newest first', async () => {
    await using sink = await MailSink.listen(0)
    await sendMail(sink.port, { to: ['a@example.com'], html: 'one' })
    expect(await sendMail(sink.port, { to: ['A@Example.com', 'b@example.com'], html: 'two' })).toMatch(/^250 /)
    expect((await sink.to('a@example.com')).map(({ html }) => html.trim())).toEqual(['two', 'one'])
    expect(await sink.to('B@example.com')).toHaveLength(1)
    expect(await sink.to('c@example.com')).toEqual([])
  })

  it('takes mail from those who log in as well', async () => {
    await using sink = await MailSink.listen(0)
    using sender = await openSender(sink.port)
    expect(await sender.say(`AUTH PLAIN ${btoa('\0user\0secret')}`)).toMatch(/^235 /)
  })

  it('refuses what is too large, and goes on', async () => {
    await using sink = await MailSink.listen(0)
    const line = `${'x'.repeat(998)}\r\n`
    expect(await sendMail(sink.port, { to: ['a@example.com'], html: line.repeat(1100) })).toMatch(/^552 /)
    expect(await sink.to('a@example.com')).toEqual([])
    expect(await sendMail(sink.port, { to: ['a@example.com'], html: 'small' })).toMatch(/^250 /)
  })

  it('forgets those first that had no mail for long', async () => {
    await using sink = await MailSink.listen(0)
    const send = (from: number, count: number) =>
      sendMail(sink.port, { to: Array.from({ length: count }, (_, at) => `${from + at}@example.com`), html: 'x' })
    await send(0, 2)
    await send(2, 398)
    await send(0, 1)
    await send(400, 2)
    const kept = await Promise.all([0, 1, 2, 3, 401].map(async (at) => (await sink.to(`${at}@example.com`)).length))
    expect(kept).toEqual([2, 0, 0, 1, 1])
  })

  it('ends though a sender keeps its connection', async () => {
    const sink = await MailSink.listen(0)
    using sender = await openSender(sink.port)
    await sink[Symbol.asyncDispose]()
    expect(await sender.say('NOOP')).not.toMatch(/^250 /)
  })
})
