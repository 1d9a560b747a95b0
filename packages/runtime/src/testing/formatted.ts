const WIDTH = 120

/** JSON as the formatter of the repository writes it: a list of texts in one line, where it fits. */
export function formatted(json: object): string {
  const text = JSON.stringify(json, null, 2)
  const lists = text.replace(/\[\s+("[^[\]{}]*")\s+\]/g, (whole, list: string, at: number) => {
    const short = `[${list.replace(/\s+/g, ' ')}]`
    const column = at - text.lastIndexOf('\n', at) - 1
    return column + short.length <= WIDTH ? short : whole
  })
  return `${lists}\n`
}
