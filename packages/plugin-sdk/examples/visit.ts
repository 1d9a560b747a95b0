import { definePlugin, z } from '@refbot/plugin-sdk'

export default definePlugin({
  config: z.object({
    url: z.url().meta({ title: 'Page to visit' }),
    times: z.int().min(1).max(500).default(2),
  }),
  permissions: ['browser'],
  async execute({ config, browser, metrics, artifacts, progress, checkpoint }) {
    const titles: string[] = []
    for (let i = 0; i < config.times; i += 1) {
      await checkpoint() // throws when the run is being stopped
      await using page = await browser.page({ target: config.url })
      await metrics.time('visit', () => page.goto(config.url))
      await artifacts.write(`visit-${i}.png`, await page.screenshot(), 'image/png')
      titles.push(await page.title())
      progress(i + 1, config.times)
    }
    return { titles }
  },
})
