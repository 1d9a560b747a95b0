export { type EventListener, EventStream } from './stream.ts'
