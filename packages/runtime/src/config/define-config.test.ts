import { expect, expectTypeOf, it } from 'vitest'
import { parseConfig } from './load.ts'
import { defineConfig, type RefbotConfig, type RefbotConfigInput } from './schema.ts'

it('gives a configuration its types', () => {
  const config = defineConfig({ api: { port: 1 }, proxies: ['a:1', { $secret: 'b' }] })
  expectTypeOf(config).toEqualTypeOf<RefbotConfigInput>()
  expectTypeOf<RefbotConfig['proxies']>().toEqualTypeOf<string[]>()
  expectTypeOf<RefbotConfig['mode']>().toEqualTypeOf<'api' | 'headless'>()
  expectTypeOf<RefbotConfig>().toExtend<RefbotConfigInput>()
  expect(config.api).toEqual({ port: 1 })
})

it('refuses in the editor what is refused at start', () => {
  const wrong = [
    // @ts-expect-error no such key
    defineConfig({ colour: 1 }),
    // @ts-expect-error no such key in a group
    defineConfig({ api: { prot: 1 } }),
    // @ts-expect-error no such mode
    defineConfig({ mode: 'turbo' }),
    // @ts-expect-error not a text
    defineConfig({ proxies: [1] }),
    // @ts-expect-error the metric is missing
    defineConfig({ alerts: [{ above: 1 }] }),
  ]
  for (const config of wrong) expect(() => parseConfig(config)).toThrow('is not valid')
})
