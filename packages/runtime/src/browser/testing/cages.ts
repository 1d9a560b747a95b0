import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { authorise, createGateIdentity, Gate, type GateLease } from '../../egress/index.ts'
import { commonArguments, fenceArguments } from '../arguments.ts'
import { findBrowser } from '../find.ts'
import { type BrowserProcess, launchBrowser } from '../launch.ts'

/** A gate with a lease to one target, and folders for one browser. */
export interface Yard extends AsyncDisposable {
  readonly gate: Gate
  readonly lease: GateLease
  readonly runFolder: string
  readonly profileDir: string
}

/** The browser these tests drive. */
export function executable(): string {
  const found = findBrowser({ headless: true })
  if (found === undefined) throw new Error('These tests need a browser: run ensure-cli.ts')
  return found
}

export async function openYard(target: string): Promise<Yard> {
  const gate = await Gate.start({ identity: createGateIdentity() })
  const lease = gate.openLease({ runId: 'run-1', target: await authorise(target), userAgentToken: 'RefBot/9.9' })
  const folder = mkdtempSync(join(tmpdir(), 'refbot-yard-'))
  return {
    gate,
    lease,
    runFolder: mkdtempSync(join(folder, 'run-')),
    profileDir: join(folder, 'profile'),
    async [Symbol.asyncDispose]() {
      await gate[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** The product: gate, launch arguments and relay. */
export async function launchFenced({ gate, lease, runFolder, profileDir }: Yard): Promise<BrowserProcess> {
  return await launchBrowser({
    executable: executable(),
    headless: true,
    gate,
    profileDir,
    runFolder,
    leaseServers: () => [lease.server],
  })
}

/** The arguments of the same browser without the relay: fenced in by arguments alone, or free. */
export function browserArguments(yard: Yard, fence: boolean): string[] {
  const sandbox = process.getuid?.() !== 0
  const common = commonArguments({ headless: true, profileDir: yard.profileDir, sandbox })
  return fence ? [...common, ...fenceArguments(yard.gate)] : common
}
