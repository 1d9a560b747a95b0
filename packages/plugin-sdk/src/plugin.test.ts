import { describe, expect, expectTypeOf, it } from 'vitest'
import { API_VERSION, ConfigError, definePlugin, NotReadyError, type PluginContext, StoppedError, z } from './index.ts'

describe('definePlugin', () => {
  const config = z.object({ url: z.url(), times: z.int().min(1).default(10) })

  it('carries the version of the contract', () => {
    const plugin = definePlugin({ config, execute: () => undefined })
    expect(plugin.apiVersion).toBe(API_VERSION)
  })

  it('infers the config that execute receives from the output side of the schema', () => {
    definePlugin({
      config,
      execute(context) {
        expectTypeOf(context).toEqualTypeOf<PluginContext<{ url: string; times: number }>>()
      },
    })
  })

  it('takes a schema that describes its input side as JSON Schema', () => {
    const { config: schema } = definePlugin({ config, execute: () => undefined })
    expect(schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })).toMatchObject({
      type: 'object',
      required: ['url'],
    })
  })
})

describe('errors steer the host', () => {
  it.each([
    [new NotReadyError('still booting'), 'PLUGIN_NOT_READY', true],
    [new ConfigError('no such form'), 'PLUGIN_CONFIG_INVALID', false],
    [new StoppedError(), 'RUN_STOPPED', false],
  ])('%s', (error, code, retryable) => {
    expect(error).toMatchObject({ code, retryable })
  })
})

describe('actions', () => {
  it('infer the input and the config that they receive from their schemas', async () => {
    const plugin = definePlugin({
      config: z.object({ url: z.url() }),
      actions: {
        inspect: {
          input: z.object({ depth: z.int().default(1) }),
          execute(context) {
            expectTypeOf(context.input).toEqualTypeOf<{ depth: number }>()
            expectTypeOf(context.config).toEqualTypeOf<Readonly<{ url: string }>>()
            return { depth: context.input.depth }
          },
        },
        accounts: {
          input: z.object({ domain: z.string() }),
          execute: ({ input }) => ({ domain: input.domain.toUpperCase() }),
        },
      },
      execute: () => undefined,
    })
    expect(Object.keys(plugin.actions ?? {})).toEqual(['inspect', 'accounts'])
  })
})
