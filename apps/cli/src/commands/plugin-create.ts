import { command } from '../command.ts'
import { asker } from '../terminal/asker.ts'

export const create = command({
  args: {
    target: { type: 'positional', required: false, description: 'A folder, or the name of a package with a scope.' },
    template: { type: 'string', description: 'minimal, browser or http.' },
    name: { type: 'string', description: 'Name of the npm package; default: refbot-plugin-<folder>.' },
    overwrite: { type: 'boolean', description: 'Replace the files of the template in a folder that holds something.' },
    interactive: {
      type: 'boolean',
      default: true,
      description: 'Ask for what was not said.',
      negativeDescription: 'Ask nothing.',
    },
  },
  async run(session, { target, template, name, overwrite, interactive }) {
    const { createAsWished, nextSteps } = await import('@refbot/create-plugin')
    const ask = interactive ? await asker(session) : undefined
    const created = await createAsWished({ cwd: session.cwd, target, template, name, overwrite }, ask)
    const steps = nextSteps(created, session.cwd, session.env)
    session.print({ ...created, steps }, () =>
      [
        `Wrote ${created.name} (${created.id} in RefBot) to ${created.folder}.`,
        '',
        'Next:',
        ...steps.map((step, n) => `  ${n + 1}. ${step}`),
      ].join('\n'),
    )
  },
})
