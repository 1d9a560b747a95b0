import { describe, expect, it } from 'vitest'
import { Pace, PacedQueue, Queue, type Rank } from './pace.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('the pace', () => {
  it('does what fits into its time at once, and the rest in order in the turns after it', async () => {
    let now = 0
    const pace = new Pace(() => now)
    const done: number[] = []
    const queue = new PacedQueue<number>(pace, 'end', (n) => {
      done.push(n)
      now += 3
    })
    for (let n = 1; n <= 7; n++) queue.push(n)
    expect(done).toEqual([1, 2, 3])
    await turn()
    expect(done).toEqual([1, 2, 3, 4, 5, 6])
    queue.push(8)
    await turn()
    expect(done).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('does starts first, then claims, then ends', async () => {
    let now = 0
    const pace = new Pace(() => now)
    const done: string[] = []
    const of = (rank: Rank): PacedQueue<string> => {
      return new PacedQueue<string>(pace, rank, (name) => {
        done.push(`${rank} ${name}`)
        now += 100
      })
    }
    const [ends, claims, starts] = [of('end'), of('claim'), of('start')]
    ends.push('a')
    for (const queue of [ends, claims, starts]) for (const name of ['b', 'c']) queue.push(name)
    for (let n = 0; n < 6; n++) await turn()
    expect(done).toEqual(['end a', 'start b', 'start c', 'claim b', 'claim c', 'end b', 'end c'])
  })

  it('does what a piece asks for after that piece, not within it', () => {
    const pace = new Pace(() => 0)
    const log: string[] = []
    const starts = new PacedQueue<string>(pace, 'start', (name) => log.push(name))
    const ends = new PacedQueue<string>(pace, 'end', (name) => {
      starts.push(`${name} started`)
      log.push(`${name} ended`)
    })
    ends.push('a')
    expect(log).toEqual(['a ended', 'a started'])
  })

  it('gives the event loop its turn although the clock stands still', async () => {
    const pace = new Pace(() => 0)
    let done = 0
    const queue = new PacedQueue<number>(pace, 'end', (n) => {
      done++
      if (n > 0) queue.push(n - 1)
    })
    queue.push(10_000)
    expect(done).toBeLessThan(10_000)
    for (let n = 0; n < 5; n++) await turn()
    expect(done).toBe(10_001)
  })
})

describe('a queue', () => {
  it('is first in, first out, however it is used in between', () => {
    const queue = new Queue<number>()
    const out: (number | undefined)[] = []
    for (let n = 0; n < 5000; n++) {
      queue.push(2 * n)
      queue.push(2 * n + 1)
      out.push(queue.shift())
    }
    expect(queue.size).toBe(5000)
    while (queue.size > 0) out.push(queue.shift())
    expect(out).toEqual(Array.from({ length: 10_000 }, (_, n) => n))
    expect(queue.shift()).toBe(undefined)
  })
})
