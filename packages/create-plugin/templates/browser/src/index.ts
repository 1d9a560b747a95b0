import { definePlugin, PluginError, z } from '@refbot/plugin-sdk'

export default definePlugin({
  config: z.object({
    url: z.url().meta({ title: 'Page to open' }),
    heading: z.string().min(1).meta({ title: 'Text that its first heading has' }),
  }),
  permissions: ['browser'],
  async execute({ config, browser, metrics, artifacts, checkpoint, log, step }) {
    await checkpoint() // waits while the plugin is paused, throws when it is stopped
    await using page = await browser.page({ target: config.url })
    await step('open', () => metrics.time('page.open', () => page.goto(config.url)))
    await artifacts.write('page.png', await page.screenshot(), 'image/png')
    const heading = (await page.locator('h1').first().textContent())?.trim() ?? ''
    if (heading !== config.heading) {
      throw new PluginError('HEADING_DIFFERS', `The page says "${heading}", not "${config.heading}".`, {
        hint: 'Look at page.png among the artifacts of the run.',
        retryable: false,
      })
    }
    log.info('the page is as it should be', { url: config.url })
    return { heading }
  },
})
