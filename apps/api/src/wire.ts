/** An instant as it goes over the wire: ISO 8601 in UTC. */
export function iso(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

/** What is left of an object when keys without a value are left out: JSON's own rule, for types as well. */
export type Present<T> = { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>
}

/** Leaves out keys whose value is undefined. */
export function present<T extends object>(value: T): Present<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Present<T>
}
