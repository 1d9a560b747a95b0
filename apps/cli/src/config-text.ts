import type { ConfigNotice, ConfigProblem } from '@refbot/runtime'
import { neutral } from './terminal/text.ts'

/** The runtime's own: `refbot.config.json:3, api.port: expected number`. */
export type Describe = (finding: ConfigProblem | ConfigNotice) => string

/** One line: place, path, what is wrong, the next step where it is not plain, and the code. */
export function problemLine(problem: ConfigProblem, describe: Describe): string {
  const { code, hint } = problem
  return neutral(`${describe(problem)}${hint === undefined ? '' : `. ${hint}`} (${code})`)
}
