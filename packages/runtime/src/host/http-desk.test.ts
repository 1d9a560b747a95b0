import { expect, it } from 'vitest'
import { type Clients, HttpDesk } from './http-desk.ts'

it('a body that found no room takes up none, however often it is tried', async () => {
  await using desk = new HttpDesk({} as Clients)
  const half = new Uint8Array(10 * 1024 * 1024)
  desk.addBody(1, half)
  for (let n = 0; n < 3; n += 1) {
    expect(() => desk.addBody(2, half)).toThrow(expect.objectContaining({ code: 'HTTP_BODY_TOO_LARGE' }))
  }
  await desk.cancel(1)
  desk.addBody(2, half)
})
