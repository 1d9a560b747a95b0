import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { onHangup } from './hangup.ts'

it('reloads at each SIGHUP, once for all that came before there was anything to reload', () => {
  const process = new EventEmitter()
  let reloads = 0
  const reload = async () => {
    reloads += 1
    throw new Error('refused, and told by itself')
  }
  {
    using hangup = onHangup(process)
    process.emit('SIGHUP')
    process.emit('SIGHUP')
    expect(reloads).toBe(0)
    hangup.follow(reload)
    expect(reloads).toBe(1)
    process.emit('SIGHUP')
    expect(reloads).toBe(2)
  }
  expect(process.listenerCount('SIGHUP')).toBe(0)
})
