import { expect, it } from 'vitest'
import { forwardedHeaders } from './headers.ts'

it('keeps order and spelling, and drops what ends at the proxy', () => {
  const raw = ['Host', 'a', 'X-One', '1', 'Connection', 'close, X-Hop', 'x-hop', 'h', 'Proxy-Authorization', 'Basic x']
  expect(
    forwardedHeaders([...raw, 'Keep-Alive', '5', 'X-RefBot-Lease', 'l', 'X-RefBot-Run', 'r', 'x-one', '2']),
  ).toEqual(['X-One', '1', 'X-RefBot-Run', 'r', 'x-one', '2'])
})
