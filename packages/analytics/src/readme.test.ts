import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { MetricsAggregator } from './index.ts'

it('the example of the README prints what its comments say', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const code = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
  const body = code.replace(/^import .*$/m, '')
  const printed: unknown[] = []
  const output = { log: (value: unknown) => printed.push(value) }
  const stdout = { stdout: { write: (text: string) => printed.push(text) } }
  const run = new Function('MetricsAggregator', 'console', 'process', `return (async () => {${body}})()`)
  await run(MetricsAggregator, output, stdout)
  const promised = [...body.matchAll(/\/\/ (.*)$/gm)].map((match) => JSON.parse(String(match[1]).replaceAll("'", '"')))
  expect(promised.length).toBeGreaterThan(2)
  expect(printed.slice(0, promised.length)).toEqual(promised)
  expect(printed.slice(promised.length).join('')).toContain('signup.duration,"{""region"":""fra""}",4100\r\n')
})
