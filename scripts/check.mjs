// The quality gates, each of which must pass before anything is tested: node scripts/check.mjs
import { spawn } from 'node:child_process'

const GATES = [
  ['types', 'node', ['node_modules/@typescript/native/bin/tsc', '-p', 'tsconfig.json']],
  ['lint and format', 'biome', ['check', '--error-on-warnings', '.']],
  [
    'imports between floors',
    'depcruise',
    ['--config', '.dependency-cruiser.mjs', '--output-type', 'err', 'packages', 'apps', 'plugins'],
  ],
  ['API report of the plugin SDK', 'node', ['scripts/api-report.mjs', '--check']],
  ['openapi.json and client', 'node', ['--conditions=@refbot/source', 'scripts/openapi.ts', '--check']],
]

const results = await Promise.all(GATES.map(check))
for (const { name, code, output, ms } of results) {
  console.log(`${code === 0 ? 'ok    ' : 'failed'} ${name} (${(ms / 1000).toFixed(1)} s)`)
  if (code !== 0) console.log(output)
}
process.exit(results.every(({ code }) => code === 0) ? 0 : 1)

function check([name, command, args]) {
  const began = Date.now()
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ name, code: 1, output: error.message, ms: Date.now() - began }))
    child.once('close', (code) => resolve({ name, code, output, ms: Date.now() - began }))
  })
}
