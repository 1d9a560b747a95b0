import { command } from '../command.ts'
import { wholeNumber } from '../parse.ts'
import { localTime } from '../terminal/text.ts'

export const audit = command({
  args: {
    limit: { type: 'string', valueHint: 'n', default: '20', description: 'How many, 1 to 200.' },
    before: { type: 'string', valueHint: 'id', description: 'Only those older than this entry.' },
  },
  async run(session, { limit, before }) {
    const query = {
      limit: wholeNumber('limit', limit, 1, 200),
      ...(before === undefined ? {} : { before: wholeNumber('before', before, 1, Number.MAX_SAFE_INTEGER) }),
    }
    const page = await (await session.client()).listAudit({ query })
    session.print(page, () => {
      if (page.entries.length === 0) return 'Nobody changed anything yet.'
      const heads = ['AT', 'WHO', 'TOKEN', 'DID', 'TO', 'OUTCOME'].map((head) => ({ head }))
      const rows = page.entries.map(({ at, actor, actorName, action, target, outcome }) => [
        ...[localTime(at), actorName, actor, action, target, outcome],
      ])
      const more = page.next === undefined ? '' : `\n\nOlder ones: refbot audit --before ${page.next}`
      return session.table(heads, rows) + more
    })
  },
})
