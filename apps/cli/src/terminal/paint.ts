const CODES = { red: 31, green: 32, yellow: 33, blue: 34, dim: 2, bold: 1 } as const

export type Colour = keyof typeof CODES

/** Colours a text, or does not. */
export type Paint = (text: string, colour: Colour | undefined) => string

export function painter(enabled: boolean): Paint {
  if (!enabled) return (text) => text
  return (text, colour) => (colour === undefined ? text : `\u001b[${CODES[colour]}m${text}\u001b[0m`)
}

export interface ColourRequest {
  readonly isTTY: boolean
  /** `--no-color` was given. */
  readonly refused: boolean
  readonly env: NodeJS.ProcessEnv
}

/** Where colours are wanted: https://no-color.org. */
export function wantsColour({ isTTY, refused, env }: ColourRequest): boolean {
  return isTTY && !refused && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb'
}
