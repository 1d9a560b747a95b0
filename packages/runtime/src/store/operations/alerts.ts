import type { AlertDelivery, AlertSnapshot, AlertTransition } from '@refbot/analytics'
import type { AlertData, EventData } from '../event-types.ts'
import { durable } from '../operation.ts'

/** There is one alerting, and so one row. */
const ROW = 'alerts'

export interface AlertStateSave {
  readonly snapshot: AlertSnapshot
  /** What changed since the last save, in order. */
  readonly transitions: readonly AlertTransition[]
  /** What became of messages since the last save. */
  readonly deliveries?: readonly AlertDelivery[]
  /** What operators did about alerts since the last save. */
  readonly done?: readonly AlertDeed[]
}

/** A change that operators made, as its event. */
export type AlertDeed = {
  readonly [Type in DeedType]: { readonly type: Type; readonly data: EventData[Type] }
}[DeedType]
type DeedType = 'alert.acknowledged' | 'silence.created' | 'silence.ended'

export const alertOperations = {
  'alertState.load': durable(async ({ db }, _: undefined): Promise<AlertSnapshot | undefined> => {
    const row = await db.selectFrom('alert_state').select('snapshot').where('name', '=', ROW).executeTakeFirst()
    return row === undefined ? undefined : (JSON.parse(row.snapshot) as AlertSnapshot)
  }),

  /** Not refused on a full disk: what it says is about that disk, perhaps. */
  'alertState.save': durable(
    async ({ db, now, emit }, { snapshot, transitions, deliveries = [], done = [] }: AlertStateSave): Promise<void> => {
      const row = { snapshot: JSON.stringify(snapshot), updated_at: now }
      await db
        .insertInto('alert_state')
        .values({ name: ROW, ...row, created_at: now })
        .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
        .execute()
      for (const { alert, to, severityBefore } of transitions) {
        const data: AlertData = {
          alertId: alert.id,
          ruleId: alert.ruleId,
          severity: alert.severity,
          labels: alert.labels,
          summary: alert.summary,
          value: alert.value,
          threshold: alert.threshold,
          startedAt: alert.startedAt,
        }
        if (to === 'firing') {
          await emit('alert.firing', severityBefore === undefined ? data : { ...data, severityBefore })
        } else {
          await emit(to === 'inactive' ? 'alert.cleared' : `alert.${to}`, data)
        }
      }
      for (const { type, data } of done) await emit(type, data)
      for (const { sink, alertIds, says, attempts, status, error = 'unknown' } of deliveries) {
        const data = { sink, alertIds, says, attempts }
        if (status === 'delivered') await emit('alert.delivered', data)
        if (status === 'failed') await emit('alert.undelivered', { ...data, reason: error })
      }
    },
  ),
}
