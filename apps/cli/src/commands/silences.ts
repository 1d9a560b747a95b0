import type { Silence } from '@refbot/client'
import { command } from '../command.ts'
import { usageError } from '../errors.ts'
import { localTime } from '../terminal/text.ts'
import { endOf } from '../times.ts'

export const silence = command({
  args: {
    rule: { type: 'positional', required: false, description: 'Only alerts of this rule.' },
    labels: { type: 'string', valueHint: 'name=value,…', description: 'Only alerts with all of these labels.' },
    for: { type: 'string', valueHint: 'duration', description: 'How long: 90s, 10m, 2h, 7d.' },
    until: { type: 'string', valueHint: 'time', description: 'Or until then, such as 2026-11-25T14:00Z.' },
    comment: { type: 'string', valueHint: 'text', description: 'Why.' },
  },
  async run(session, { rule, labels, comment, ...end }) {
    const made = {
      ...(rule === undefined ? {} : { ruleId: rule }),
      ...(labels === undefined ? {} : { labels: labelsOf(labels) }),
      ...(comment === undefined ? {} : { comment }),
      endsAt: endOf(end, Date.now()),
    }
    if (rule === undefined && labels === undefined) {
      throw usageError(
        'CLI_ARGUMENT_MISSING',
        'Nothing says which alerts are meant.',
        'Name a rule, give --labels plugin=shop, or both.',
      )
    }
    const created = await (await session.client()).createSilence({ body: made })
    session.print(created, () => `${created.id}: silent until ${localTime(created.endsAt)}.`)
  },
})

export const silences = command({
  args: {},
  async run(session) {
    const { silences: all } = await (await session.client()).listSilences()
    session.print({ silences: all }, () => {
      if (all.length === 0) return 'Nothing is silenced.'
      const heads = ['SILENCE', 'OF', 'FROM', 'UNTIL', 'BY', 'WHY'].map((head) => ({ head }))
      return session.table(
        heads,
        all.map((one) => [
          ...[one.id, subject(one), localTime(one.startsAt), localTime(one.endsAt)],
          ...[one.by ?? '', one.comment ?? ''],
        ]),
      )
    })
  },
})

export const unsilence = command({
  args: { id: { type: 'positional', required: true, description: 'Id of the silence.' } },
  async run(session, { id }) {
    const left = await (await session.client()).endSilence({ path: { id } })
    session.print(left, () => `${id} has ended.`)
  },
})

function subject({ ruleId, labels = {} }: Silence): string {
  return [ruleId ?? '', ...Object.entries(labels).map(([name, value]) => `${name}=${value}`)].filter(Boolean).join(' ')
}

function labelsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const [, name, value] = /^([^=]+)=(.*)$/.exec(pair) ?? []
      if (name !== undefined && value !== undefined) return [name, value]
      throw usageError('CLI_FLAG_INVALID', `--labels cannot be "${text}".`, 'Write plugin=shop,region=de.')
    }),
  )
}
