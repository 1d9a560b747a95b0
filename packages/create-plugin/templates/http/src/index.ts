import { definePlugin, NotReadyError, PluginError, z } from '@refbot/plugin-sdk'

export default definePlugin({
  config: z.object({
    url: z.url().meta({ title: 'Address to ask' }),
    status: z.int().min(100).max(599).default(200).meta({ title: 'Status of the right answer' }),
  }),
  permissions: ['http'],
  async execute({ config, checkpoint, http, log, metrics }) {
    await checkpoint() // waits while the plugin is paused, throws when it is stopped
    const answer = await metrics.time('check.answer', () => http.request(config.url))
    metrics.record('check.bytes', answer.bytes.length)
    if (answer.status !== config.status) {
      // A service that still boots: the host tries again later, with the job's backoff.
      if (answer.status === 503) throw new NotReadyError(`${config.url} is not ready yet.`)
      throw new PluginError('STATUS_DIFFERS', `${config.url} answers ${answer.status}, not ${config.status}.`)
    }
    log.info('the answer is right', { url: config.url, status: answer.status })
    return { status: answer.status, bytes: answer.bytes.length }
  },
})
