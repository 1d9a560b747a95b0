import { MemoryExecutionStore, PluginScheduler } from '@refbot/scheduler'
import { expect, it } from 'vitest'
import { RUN_TASK } from '../store/index.ts'
import { startRun } from './start-run.ts'

/** Refuses the claims of one plugin's runs, all others it takes. */
class Choosy extends MemoryExecutionStore {
  override claim: MemoryExecutionStore['claim'] = async (record) => {
    if (record.jobId.startsWith('run:refused')) throw new Error('no room')
    return super.claim(record)
  }
  /** What one of them cannot is done for none of many. */
  override claimAll: MemoryExecutionStore['claimAll'] = async () => Promise.reject(new Error('no room'))
}

it('a run is not told to have failed because another could not be claimed', async () => {
  const scheduler = new PluginScheduler({ store: new Choosy() })
  scheduler.registerTask(RUN_TASK, () => undefined)
  await scheduler.start()
  let id = 0
  const services = { scheduler, newId: () => String(id++), now: Date.now }
  const start = (plugin: string) => startRun(services, { plugin, cause: 'manual' }, new AbortController().signal)
  const [refused, taken] = await Promise.allSettled([start('refused'), start('taken')])
  expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'RUN_NOT_CLAIMED' } })
  expect(taken).toMatchObject({ status: 'fulfilled', value: { plugin: 'taken' } })
  await scheduler.stop()
})
