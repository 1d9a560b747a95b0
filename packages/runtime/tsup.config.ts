import { library } from '../../tsup.base.ts'

export default library({
  entry: { index: 'src/index.ts', 'store-worker': 'src/store/worker.ts', 'plugin-process': 'src/host/child.ts' },
})
