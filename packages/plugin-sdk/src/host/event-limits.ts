import { PluginError } from '../errors.ts'
import type { JsonValue } from '../json.ts'

/** Of one event of a plugin's own, as JSON. */
const MAX_BYTES = 16 * 1024
/** Of one attempt. */
const MAX_EVENTS = 1000

/** How much a run may tell in events. */
export class EventLimits {
  #told = 0

  /** @throws PluginError `EVENT_TOO_LARGE`, `EVENT_LIMIT` */
  count(name: string, data: JsonValue): void {
    const bytes = Buffer.byteLength(JSON.stringify(data))
    if (bytes > MAX_BYTES) {
      throw new PluginError('EVENT_TOO_LARGE', `The event ${name} has ${bytes} bytes; ${MAX_BYTES} is the limit.`, {
        hint: 'Keep what is large as an artifact, and name it in the event.',
      })
    }
    this.#told += 1
    if (this.#told > MAX_EVENTS) {
      throw new PluginError('EVENT_LIMIT', `A run may tell ${MAX_EVENTS} events.`, {
        hint: 'Events are for people and programs that wait for them; write the rest to the log.',
      })
    }
  }
}
