import type { Ask } from '@refbot/create-plugin'
import type { Session } from '../session.ts'

/** Who can be asked: undefined where nobody sits at a terminal. */
export async function asker({ watched, env, flags }: Session): Promise<Ask | undefined> {
  const inCi = !['', '0', 'false'].includes(env.CI ?? '')
  if (!watched || flags.json || inCi || !process.stdin.isTTY || !process.stdout.isTTY) return undefined
  const { terminalAsk } = await import('@refbot/create-plugin')
  return terminalAsk()
}
