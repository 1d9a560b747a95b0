import { definePlugin, z } from '../../../packages/plugin-sdk/dist/index.js'

export const plugin = definePlugin({ config: z.object({ url: z.string().optional() }), execute: () => undefined })
