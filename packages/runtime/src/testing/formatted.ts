/** JSON as it is committed: indented, lists of scalars on one line. */
export function formatted(json: object): string {
  return `${JSON.stringify(json, null, 2).replace(/\[\s+("[^[\]{}]*")\s+\]/g, (_, list: string) => `[${list.replace(/\s+/g, ' ')}]`)}\n`
}
