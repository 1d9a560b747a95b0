import type { ProxyLease } from '@refbot/plugin-sdk'
import { describe, expect, it } from 'vitest'
import { Closing } from './closing.ts'
import type { LeasedPage } from './proxies.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** A page that is gone once `gone` is resolved. */
function page(lease?: Partial<ProxyLease>) {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const leased: LeasedPage = {
    lease: lease as ProxyLease | undefined,
    page: undefined,
    [Symbol.asyncDispose]: () => promise,
  }
  return { leased, gone: resolve, breaks: reject }
}

async function isOver(work: Promise<unknown>): Promise<boolean> {
  let over = false
  const done = () => {
    over = true
  }
  work.then(done, done)
  await turn()
  return over
}

describe('a page that is being closed', () => {
  it('does not keep the next one waiting, but the one after that', async () => {
    const closing = new Closing(1, Infinity)
    const [first, second] = [page(), page()]
    expect(await isOver(closing.close(first.leased))).toBe(true)
    const later = closing.close(second.leased)
    expect(await isOver(later)).toBe(false)
    first.gone()
    expect(await isOver(later)).toBe(true)
  })

  it('keeps the end of the batch waiting', async () => {
    const closing = new Closing(1, Infinity)
    const last = page()
    await closing.close(last.leased)
    const end = closing[Symbol.asyncDispose]()
    expect(await isOver(end)).toBe(false)
    last.gone()
    expect(await isOver(end)).toBe(true)
  })

  it.each([
    ['the owner allows no more pages than there are lanes', new Closing(2, 3), undefined],
    ['a proxy is judged at its end', new Closing(1, Infinity), { id: 'lease-1' }],
  ])('keeps the next one waiting where %s', async (_, closing, lease) => {
    const { leased, gone } = page(lease)
    const closed = closing.close(leased)
    expect(await isOver(closed)).toBe(false)
    gone()
    expect(await isOver(closed)).toBe(true)
  })

  it('tells the next one, and the end of the batch, what broke', async () => {
    const closing = new Closing(1, Infinity)
    const first = page()
    await closing.close(first.leased)
    first.breaks(new Error('broken'))
    await turn()
    await expect(closing[Symbol.asyncDispose]()).rejects.toThrow('broken')
    await expect(closing.close(page().leased)).rejects.toThrow('broken')
  })
})
