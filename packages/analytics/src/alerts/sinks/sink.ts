import type { AlertNotification } from '../notify.ts'
import type { AlertSeverity } from '../types.ts'

/** Where messages go: a chat, a pager, a function. */
export interface AlertSink {
  /** Shown in errors and deliveries; the queue of its messages has it, too. */
  readonly name: string
  /**
   * A receiver that forgets alerts which it hears nothing more of wants all that fire again after this long, ms. These
   * messages are for the receiver, not for people: silences and acknowledgements do not hold them back.
   */
  readonly refreshMs?: number
  /** It is told of alerts that are at least so grave, and of the end of each that it was told of; default: of all. */
  readonly minSeverity?: AlertSeverity
  /**
   * Resolves once the message is delivered. A rejection is tried again: for long, or, where it is an `AnalyticsError`
   * with the code `ALERT_SINK_REFUSED`, a few times.
   */
  send(notification: AlertNotification, signal: AbortSignal): Promise<void>
}

/** Calls a function for each message. */
export function callbackSink(
  send: (notification: AlertNotification) => void | Promise<void>,
  name = 'callback',
): AlertSink {
  return {
    name,
    async send(notification) {
      await send(notification)
    },
  }
}
