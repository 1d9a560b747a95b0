import { definePlugin, z } from '@refbot/plugin-sdk'

export default definePlugin({
  config: z.object({
    times: z.int().min(1).max(1000).default(10).meta({ title: 'How far to count' }),
  }),
  async execute({ config, checkpoint, log, metrics, progress, storage }) {
    for (let n = 1; n <= config.times; n += 1) {
      await checkpoint() // waits while the plugin is paused, throws when it is stopped
      progress(n, config.times)
    }
    const rounds = Number((await storage.get('rounds')) ?? 0) + 1
    await storage.set('rounds', rounds)
    metrics.record('count.times', config.times)
    log.info('counted', { times: config.times, rounds })
    return { times: config.times, rounds }
  },
})
