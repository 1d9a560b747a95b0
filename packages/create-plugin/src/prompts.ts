import type { Ask } from './wishes.ts'

/** Asks on the terminal of this process. */
export async function terminalAsk(): Promise<Ask> {
  const { createConsola } = await import('consola')
  // The level that environments ask for silences questions as well.
  const consola = createConsola({ level: 3 })
  const cancel = 'undefined'
  return {
    text: async (question, proposal) => {
      const answer = await consola.prompt(question, { type: 'text', placeholder: proposal, default: proposal, cancel })
      return answer === '' ? proposal : answer
    },
    choice: async (question, choices) =>
      (await consola.prompt(question, { type: 'select', options: [...choices], cancel })) as never,
    consent: async (question) => await consola.prompt(question, { type: 'confirm', initial: false, cancel }),
  }
}
