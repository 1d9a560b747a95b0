import type { Colour, Paint } from './paint.ts'
import { columns, neutral } from './text.ts'

export type Cell = string | { readonly text: string; readonly colour: Colour | undefined }

export interface Column {
  readonly head: string
  /** Figures stand to the right. Default `left`. */
  readonly align?: 'left' | 'right'
}

/** Rows under heads, aligned by two spaces, no line longer than it must be. */
export function table(heads: readonly Column[], rows: readonly (readonly Cell[])[], paint: Paint): string {
  const all = [heads.map(({ head }): Cell => ({ text: head, colour: 'dim' })), ...rows].map((row) => row.map(plain))
  const widths = heads.map((_, n) => Math.max(...all.map((row) => columns(row[n]?.text ?? ''))))
  const last = heads.length - 1
  const line = (row: readonly { text: string; colour: Colour | undefined }[]) =>
    row
      .map(({ text, colour }, n) => {
        const room = ' '.repeat(Math.max(0, (widths[n] ?? 0) - columns(text)))
        if (heads[n]?.align === 'right') return room + paint(text, colour)
        return paint(text, colour) + (n === last ? '' : room)
      })
      .join('  ')
      .trimEnd()
  return all.map(line).join('\n')
}

/** Names beside values. */
export function facts(entries: readonly (readonly [name: string, value: Cell | undefined])[], paint: Paint): string {
  const shown = entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, plain(value)] as const]))
  const width = Math.max(0, ...shown.map(([name]) => columns(neutral(name))))
  return shown
    .map(([name, { text, colour }]) => {
      const label = neutral(name)
      return `${paint(label + ' '.repeat(width - columns(label)), 'dim')}  ${paint(text, colour)}`
    })
    .join('\n')
}

function plain(cell: Cell): { text: string; colour: Colour | undefined } {
  return typeof cell === 'string'
    ? { text: neutral(cell), colour: undefined }
    : { text: neutral(cell.text), colour: cell.colour }
}
