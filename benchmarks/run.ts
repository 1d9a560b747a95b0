/** pnpm bench [group] [--json]: measures beside peers, and prints a table or one JSON line a figure. */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchLine } from './lib/line.ts'

const HERE = import.meta.dirname
const args = process.argv.slice(2).filter((arg) => arg !== '--')
const json = args.includes('--json')
const group = args.find((arg) => !arg.startsWith('--'))?.split('/')[0]

const files = globSync('*/*.ts', { cwd: HERE, exclude: ['lib/**', 'node_modules/**'] }).sort()
const groups = [...new Set(files.map((file) => file.split('/')[0] ?? ''))]
if (group !== undefined && !groups.includes(group)) {
  process.stderr.write(`There is no group of benchmarks "${group}". Known groups: ${groups.join(', ')}.\n`)
  process.exit(2)
}

installPeers()
let failed = false
for (const file of files.filter((name) => group === undefined || name.startsWith(`${group}/`))) {
  const lines = measure(file)
  for (const line of lines) process.stdout.write(json ? `${JSON.stringify(line)}\n` : `${row(line)}\n`)
}
process.exit(failed ? 1 : 0)

function installPeers(): void {
  if (existsSync(join(HERE, 'node_modules', '.modules.yaml'))) return
  process.stderr.write('Installing the peers to compare with\n')
  const install = ['install', '--dir', HERE, '--ignore-workspace', '--frozen-lockfile', '--ignore-scripts', '--silent']
  const { status } = spawnSync('pnpm', install, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status === 0) return
  process.stderr.write('The peers could not be installed: check that pnpm reaches the npm registry.\n')
  process.exit(1)
}

/** Each file in a process of its own: what one leaves in the heap is not measured by the next. */
function measure(file: string): BenchLine[] {
  process.stderr.write(`measuring ${file}\n`)
  const script = `const { bench } = await import(${JSON.stringify(join(HERE, file))}); console.log('\\u0000' + JSON.stringify(await bench()))`
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: HERE,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 * 1024 * 1024,
  })
  const result = stdout.split('\u0000').at(1)
  if (status === 0 && result !== undefined) return JSON.parse(result) as BenchLine[]
  failed = true
  process.stderr.write(`${file} did not come to its end.\n`)
  return []
}

function row({ bench, metric, ours, peer, theirs, ratio, goal, met, unit }: BenchLine): string {
  const beside = peer === null ? '' : `  ${peer} ${theirs} ${unit}, ratio ${ratio}`
  const aim = goal === null ? '' : `  goal ${goal.on} ${goal.op} ${goal.value}: ${met ? 'met' : 'not met'}`
  return `${bench.padEnd(26)} ${metric.padEnd(34)} ${String(ours).padStart(10)} ${unit}${beside}${aim}`
}
