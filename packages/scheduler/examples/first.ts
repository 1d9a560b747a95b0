import { MemoryExecutionStore, PluginScheduler } from '@refbot/scheduler'

await using scheduler = new PluginScheduler({ store: new MemoryExecutionStore(), timeZone: 'Europe/Berlin' })

scheduler.registerTask('report', async ({ input, attempt }) => {
  if (attempt === 1) throw new Error('the database is not up yet')
  return `report for ${input}`
})

await scheduler.start()
await scheduler.add({
  id: 'nightly',
  task: 'report',
  input: 'Frankfurt',
  triggers: { type: 'cron', expression: '30 2 * * MON-FRI' },
  retry: { attempts: 3, delayMs: 50 },
})

const { id } = await scheduler.runNow('nightly')
const { status, attempts, result } = await scheduler.settled(id)
console.log(status, attempts.length, result) // success 2 report for Frankfurt
