import type { PluginContext, RunInfo } from '../context.ts'
import { createContext } from '../host/create-context.ts'
import type { JsonValue } from '../json.ts'
import { type MemoryPortOptions, memoryPort, type Recorded } from './memory-port.ts'
import { TestClock } from './test-clock.ts'

export interface TestContextOptions<Config> extends MemoryPortOptions {
  /** As `execute` gets them: validated, with defaults. */
  readonly config: Config
  readonly run?: Partial<RunInfo>
  /** Default: one that jumps over each wait. */
  readonly clock?: TestClock
}

/** A context of one run with everything in memory; its pauses, steps, checkpoints and limits are those of a real run. */
export interface TestContext<Config> extends Recorded {
  readonly context: PluginContext<Config>
  readonly clock: TestClock
  /** Whether the run waits at a checkpoint because it is paused. */
  readonly held: boolean
  /** Takes hold at the next checkpoint. */
  pause(): void
  resume(): void
  /** As an operator's stop: the signal is aborted, checkpoints throw. */
  stop(): void
  /** What a host shows of a value: secrets by their names. */
  redact<Value extends JsonValue | undefined>(value: Value): Value
  /** Calls back when the run comes to rest, and when it goes on. Returns what ends it. */
  onHeld(listener: (held: boolean) => void): () => void
}

export function createTestContext<Config>(options: TestContextOptions<Config>): TestContext<Config> {
  const { config, clock = new TestClock() } = options
  const abort = new AbortController()
  const listeners = new Set<(held: boolean) => void>()
  const port = memoryPort(options, (held) => {
    for (const listener of listeners) listener(held)
  })
  const run: RunInfo = {
    id: '01900000-0000-7000-8000-000000000001',
    plugin: 'test',
    cause: 'manual',
    attempt: 1,
    ...options.run,
  }
  const { context, gate } = createContext({ port, run, config, signal: abort.signal, clock })
  return {
    ...port.recorded,
    context,
    clock,
    get held() {
      return gate.held
    },
    pause: () => gate.pause(),
    resume: () => gate.resume(),
    redact: (value) => port.redactor.json(value),
    stop: () => abort.abort(new Error('The run is being stopped.')),
    onHeld(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
