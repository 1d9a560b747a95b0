import { library } from '../../tsup.base.ts'

export default library({
  entry: { index: 'src/index.ts', main: 'src/main.ts', 'demo-main': '../../packages/demo-site/src/main.ts' },
  dts: { entry: { index: 'src/index.ts' } },
  // Private: it is part of this package when that is published.
  noExternal: [/^@refbot\/demo-site/],
})
