import type { AlertSnapshotV2, Silence } from '@refbot/analytics'
import type { AlertDeed } from './store/index.ts'

type State = Pick<AlertSnapshotV2, 'alerts' | 'silences'>

/** What operators did between two states, and which silences ended by themselves: whoever did it, and by which way. */
export function alertDeeds(before: State | undefined, after: State, now: number): readonly AlertDeed[] {
  const acknowledged = new Set(before?.alerts.map(taking))
  const taken = after.alerts.flatMap((memory): AlertDeed[] => {
    const { id: alertId, ruleId, severity, acknowledged: mark } = memory.alert
    if (mark === undefined || acknowledged.has(taking(memory))) return []
    return [{ type: 'alert.acknowledged', data: { alertId, ruleId, severity, by: mark.by } }]
  })
  const old = new Map(before?.silences.map((silence) => [silence.id, silence]))
  const created = after.silences.flatMap((silence): AlertDeed[] => {
    const same = JSON.stringify(old.get(silence.id)) === JSON.stringify(silence)
    old.delete(silence.id)
    const { id: silenceId, ...data } = silence
    return same ? [] : [{ type: 'silence.created', data: { silenceId, ...data } }]
  })
  const ended = Array.from(old.values(), (silence): AlertDeed => ({ type: 'silence.ended', data: end(silence, now) }))
  return [...taken, ...created, ...ended]
}

function taking({ alert: { id, acknowledged } }: State['alerts'][number]): string {
  return JSON.stringify([id, acknowledged])
}

function end({ id, endsAt }: Silence, now: number) {
  return { silenceId: id, cause: endsAt <= now ? ('time' as const) : ('by hand' as const) }
}
