import { expect, it } from 'vitest'
import { disposition, notAFile } from './files.ts'

it('a download keeps its name, whatever it is made of, and no header is broken by it', () => {
  expect(disposition('a b.png')).toBe(`attachment; filename="a b.png"; filename*=UTF-8''a%20b.png`)
  expect(disposition('ü".html')).toBe(`attachment; filename="__.html"; filename*=UTF-8''%C3%BC%22.html`)
  expect(disposition("it's (1)*.txt")).toBe(
    `attachment; filename="it_s _1__.txt"; filename*=UTF-8''it%27s%20%281%29%2A.txt`,
  )
  expect(disposition('a\r\nX-Evil: 1')).not.toMatch(/[\r\n]/)
})

it('a name that leads elsewhere is no file', () => {
  for (const name of ['..', '.', '../x', 'a/b', 'a\\b', '/etc/passwd', 'a\0b']) expect(notAFile(name), name).toBe(true)
  for (const name of ['a.png', '..a', 'a..b']) expect(notAFile(name), name).toBe(false)
})
