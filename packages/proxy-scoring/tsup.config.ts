import { library } from '../../tsup.base.ts'

export default library({ entry: { index: 'src/index.ts', 'check/index': 'src/check/index.ts' } })
