import { library } from '../../tsup.base.ts'

export default library({
  entry: { index: 'src/index.ts', main: 'src/main.ts' },
  dts: { entry: { index: 'src/index.ts' } },
})
