/**
 * The house's floors: nothing imports upward, floor-1 packages know nothing of each other, plugins know the SDK alone,
 * and the folders of runtime import in the order in which they are listed.
 */
const RUNTIME = ['config', 'store', 'events', 'log', 'egress', 'browser', 'host', 'runs', 'manager', 'doctor']

/** What a package may import of ours, by folder; itself is always allowed. */
const ALLOWED = {
  'packages/scheduler': [],
  'packages/analytics': [],
  'packages/proxy-scoring': [],
  'packages/client': [],
  'packages/demo-site': [],
  'packages/plugin-sdk': ['packages/(scheduler|analytics|proxy-scoring)'],
  'packages/create-plugin': ['packages/plugin-sdk'],
  'packages/runtime': ['packages/(scheduler|analytics|proxy-scoring|plugin-sdk)'],
  'apps/api': ['packages/(scheduler|analytics|proxy-scoring|plugin-sdk|runtime)'],
  'apps/cli': [
    'packages/(scheduler|analytics|proxy-scoring|plugin-sdk|runtime|client|create-plugin|demo-site)',
    'apps/api',
    'plugins/registration',
  ],
  'plugins/[^/]+': ['packages/plugin-sdk'],
}

const floors = Object.entries(ALLOWED).map(([from, to]) => ({
  name: `floor-of-${from.replace(/[^a-z]+/g, '-')}`,
  comment: `${from} may import of ours: ${to.join(', ') || 'nothing'}.`,
  severity: 'error',
  from: { path: `^${from}/src` },
  to: { path: '^(packages|apps|plugins)/', pathNot: [`^${from}/`, ...to.map((path) => `^${path}/`)] },
}))

const rooms = RUNTIME.slice(0, -1).map((folder, index) => ({
  name: `runtime-${folder}-imports-back`,
  comment: `runtime/${folder} comes before ${RUNTIME.slice(index + 1).join(', ')}.`,
  severity: 'error',
  from: { path: `^packages/runtime/src/${folder}/` },
  // Errors, entry points, turns and the version are shared; every other file beside the folders composes them.
  to: {
    path: `^packages/runtime/src/((${RUNTIME.slice(index + 1).join('|')})/|[^/]+\\.ts$)`,
    pathNot: '^packages/runtime/src/(errors|entry|turns|version)\\.ts$',
  },
}))

export default {
  forbidden: [
    ...floors,
    ...rooms,
    {
      name: 'floor-1-by-types-only',
      comment: 'The SDK may use the libraries of floor 1 for their types alone.',
      severity: 'error',
      from: { path: '^packages/plugin-sdk/src' },
      to: { path: '^packages/(scheduler|analytics|proxy-scoring)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'declared',
      comment: 'What is imported stands in the package.json of the package that imports it.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'node_modules|dist|fixtures|templates/shared|\\.test\\.ts$' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@refbot/source', 'import', 'default', 'types'],
    },
  },
}
