import { library } from '../../tsup.base.ts'

export default library({
  // 255 files that the store's thread would load one by one: 0.4 s of CPU at every start, bundled a tenth of it.
  noExternal: ['kysely'],
  entry: {
    index: 'src/index.ts',
    testing: 'src/testing/index.ts',
    'store-worker': 'src/store/worker.ts',
    'plugin-process': 'src/host/child.ts',
  },
})
