import type { AlertNotification } from '../notify.ts'

/** Where messages go: a chat, a pager, a function. */
export interface AlertSink {
  /** Shown in errors. */
  readonly name: string
  /** Resolves once the message is delivered; a rejection is tried again. */
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
