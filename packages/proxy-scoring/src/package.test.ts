import { readFile } from 'node:fs/promises'
import { describe, expect, it, vi } from 'vitest'

const root = new URL('../', import.meta.url)

/** All modules that a source file loads, with what they import from elsewhere. */
async function outsideImports(entry: URL, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(entry.href)) return new Set()
  seen.add(entry.href)
  const text = await readFile(entry, 'utf8')
  const found = new Set<string>()
  for (const [, type, name = ''] of text.matchAll(/^(?:import|export) (type )?(?:[^'\n]|\n)*?from '([^']+)'$/gm)) {
    if (type !== undefined) continue
    if (!name.startsWith('.')) found.add(name)
    else for (const inner of await outsideImports(new URL(name, entry), seen)) found.add(inner)
  }
  return found
}

describe('the package', () => {
  it('loads undici only with ./check: choosing costs nothing extra', async () => {
    const main = await outsideImports(new URL('src/index.ts', root))
    expect(main.size).toBeGreaterThan(2)
    expect([...main].filter((name) => !name.startsWith('node:'))).toEqual([])
    expect(await outsideImports(new URL('src/check/index.ts', root))).toContain('undici')
  })

  it('does what the first example of its README says', async () => {
    const readme = await readFile(new URL('README.md', root), 'utf8')
    const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1]
    expect(example).toBe(await readFile(new URL('src/readme.example.ts', root), 'utf8'))
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    await import('./readme.example.ts')
    const lines = log.mock.calls.map(([line]) => String(line))
    log.mockRestore()
    expect(lines).toEqual([
      'line 3: The port is not a whole number from 1 to 65535.',
      expect.stringMatching(/^http:\/\/eu\.proxy\.test:8080#[0-9a-f]{16} \d+ closed$|^socks5:\/\/us/),
      expect.stringMatching(/ \d+ closed$/),
    ])
  })
})
