import type { Colour } from './paint.ts'
import type { Cell } from './table.ts'

type Shape = readonly [shape: string, colour: Colour | undefined]

const OK: Shape = ['●', 'green']
const WARNING: Shape = ['▲', 'yellow']
const FAILED: Shape = ['■', 'red']
const IDLE: Shape = ['○', 'dim']
const RUNNING: Shape = ['◐', 'blue']

/** Every state has a shape, a word and a colour: no two of them are needed to tell it. */
const STATES: Readonly<Record<string, Shape>> = {
  success: OK,
  closed: OK,
  running: RUNNING,
  retrying: WARNING,
  'half-open': WARNING,
  failed: FAILED,
  error: FAILED,
  open: FAILED,
  isolated: FAILED,
  firing: FAILED,
  pending: WARNING,
  resolved: OK,
  idle: IDLE,
  paused: IDLE,
  stopped: IDLE,
  cancelled: IDLE,
}

/** `● success`. */
export function stateCell(state: string): Cell {
  const [shape, colour] = STATES[state] ?? IDLE
  return { text: `${shape} ${state}`, colour }
}
