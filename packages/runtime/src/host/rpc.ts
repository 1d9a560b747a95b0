import type { Duplex } from 'node:stream'
import { type BirpcReturn, createBirpc } from 'birpc'
import { FrameChannel } from './frames.ts'
import { Intake, type IntakeLimits } from './intake.ts'
import { isPlain } from './plain.ts'
import { NonsenseError } from './protocol.ts'
import { RemoteError, toWire } from './remote-error.ts'

/** birpc over frames; errors keep their code, hint, reason and whether to try again. */
export function connect<Remote extends object, Local extends object>(
  pipe: Duplex,
  local: Local,
  onBroken: (error: Error) => void,
  limits?: IntakeLimits,
): BirpcReturn<Remote, Local> {
  let receive: (message: unknown) => unknown = () => undefined
  // Of one side only: two that wait for each other to read would wait for ever.
  const intake = limits === undefined ? undefined : new Intake(pipe, limits)
  const channel = new FrameChannel(pipe, {
    onMessage: (message, bytes) => {
      if (!isMessage(message)) return onBroken(new NonsenseError('A frame held no message.'))
      // What this process itself made needs no such look.
      if (intake !== undefined && !isPlain(message, bytes)) {
        return onBroken(new NonsenseError('A message stood for more than its bytes.'))
      }
      // birpc's own listener resolves once a call is answered.
      const answered = Promise.resolve(receive(revive(message))).then(() => undefined, onBroken)
      intake?.hold(bytes, answered)
    },
    onBroken,
  })
  const rpc = createBirpc<Remote, Local>(local, {
    post: (message: Message) => channel.send(message.e === undefined ? message : { ...message, e: toWire(message.e) }),
    on: (listener) => {
      receive = listener
    },
    resolver(name, call) {
      // `constructor` and the like are no calls either.
      if (Object.hasOwn(local, name)) return call
      onBroken(new NonsenseError(`There is no call ${JSON.stringify(String(name).slice(0, 100))}.`))
      return undefined
    },
    // With a name: a result that could not be sent, to be answered as an error. Without: the caller's own, to be thrown.
    onGeneralError: (_error, name) => name !== undefined,
    // Both ends live and die with the pipe, so no call outlasts it; a time-out would only cut long runs short.
    timeout: -1,
  })
  pipe.once('close', () => {
    if (!rpc.$closed) rpc.$close(new Error('The pipe is closed.'))
  })
  return rpc
}

interface Message {
  readonly t: string
  /** Arguments of a call. */
  readonly a?: unknown
  /** birpc's error field. */
  readonly e?: unknown
}

function isMessage(message: unknown): message is Message {
  return (
    typeof message === 'object' && message !== null && 't' in message && (!('a' in message) || Array.isArray(message.a))
  )
}

function revive(message: Message): Message {
  if (message.e === undefined || message.e === null) return message
  return { ...message, e: new RemoteError(toWire(Object.assign(new Error(), message.e))) }
}
