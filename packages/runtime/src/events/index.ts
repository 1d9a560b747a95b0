export { type EventListener, type EventSource, EventStream, type ReadOptions } from './stream.ts'
