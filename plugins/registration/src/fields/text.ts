/** Lower case, accents on Latin letters removed, white space folded: what labels are compared as. */
export function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/(\p{Script=Latin})\p{M}+/gu, '$1')
    .normalize('NFC')
    .toLowerCase()
    .replace(/[’`´]/g, "'")
    .replace(/\s+/g, ' ')
    .trim()
}

/** `user[firstName]` and `user-first_name` become `user first name`. */
export function spaced(name: string): string {
  return plain(
    name
      .replace(/([a-z\d])([A-Z])/g, '$1 $2')
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim(),
  )
}

/** `first_name` and `firstName` become `firstname`; of `user[first_name]` the last part counts too. */
export function squeezed(name: string): readonly string[] {
  const whole = spaced(name).replaceAll(' ', '')
  const last = /\[([^\]]+)\]$|[.:]([^.:]+)$/.exec(name)
  const part = last?.[1] ?? last?.[2]
  return part === undefined ? [whole] : [whole, spaced(part).replaceAll(' ', '')]
}

/** A label without the marks that say required or optional. */
export function bareLabel(label: string): string {
  return plain(label)
    .replace(/[*:?†]+/g, ' ')
    .replace(/\(?\b(required|optional|mandatory|pflichtfeld|obligatoire|facultatif|obligatorio|opcional)\b\)?/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}
