/** Shorter beginnings of a secret are beginnings of much else. */
const leastLeft = 3

/**
 * Takes a secret out of text, in the forms in which pages, forms and their data write it; from the end of the text, which
 * may have been cut there, its beginning too.
 */
export function scrubber(secret: string | undefined): (text: string) => string {
  if (secret === undefined || secret === '') return (text) => text
  const encoded = encodeURIComponent(secret)
  const forms = new Set([
    secret,
    encoded,
    new URLSearchParams([['', secret]]).toString().slice(1),
    encoded.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`),
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    Buffer.from(secret).toString('base64'),
  ])
  const longestFirst = [...forms].sort((a, b) => b.length - a.length)
  return (text) => {
    const whole = longestFirst.reduce((rest, form) => rest.replaceAll(form, '[password]'), text)
    const left = Math.max(...longestFirst.map((form) => beginningAtEnd(whole, form)))
    return left < leastLeft ? whole : `${whole.slice(0, -left)}[password]`
  }
}

/** How much of `form` the text ends with. */
function beginningAtEnd(text: string, form: string): number {
  for (let length = form.length - 1; length > 0; length--) if (text.endsWith(form.slice(0, length))) return length
  return 0
}
