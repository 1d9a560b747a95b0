/** Shorter texts are no secrets that could be told from words. */
export const MIN_SECRET = 4

/**
 * Every way in which a secret may stand in a text: as it is, quoted once and twice (JSON, JSON in JSON), encoded for a
 * URL by any of the usual rules, and inside of base64, wherever in the encoded bytes it begins.
 */
export function secretForms(secret: string): ReadonlySet<string> {
  const forms = new Set<string>()
  const add = (form: string): void => {
    if (form.length >= MIN_SECRET) forms.add(form)
  }
  for (const plain of [secret, ...lines(secret)]) {
    add(plain)
    const quoted = JSON.stringify(plain).slice(1, -1)
    add(quoted)
    add(JSON.stringify(quoted).slice(1, -1))
    for (const encoded of urlForms(plain)) {
      add(encoded)
      add(encoded.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase()))
    }
    for (const encoded of base64Forms(plain)) add(encoded)
  }
  return forms
}

/** Of a key in several lines each is as good as the whole. */
function lines(secret: string): string[] {
  const parts = secret.split(/\r?\n/)
  return parts.length < 2 ? [] : parts.filter((line) => line.length >= 16 && !line.startsWith('-----'))
}

/** What no rule of URLs changes. */
const UNRESERVED = /^[\w.~-]*$/

function urlForms(secret: string): string[] {
  if (UNRESERVED.test(secret)) return []
  const text = secret.toWellFormed()
  const component = encodeURIComponent(text)
  const strict = component.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  const whole = [...Buffer.from(text)].map((octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`).join('')
  const url = new URL('http://host/')
  url.password = text
  const form = new URLSearchParams({ '': text }).toString().slice(1)
  return [component, strict, encodeURI(text), url.password, form, whole, encodeURIComponent(component)]
}

/** The characters of base64 that depend on the secret alone, for each of the three places at which it can begin. */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const first = Math.ceil((before * 8) / 6)
    const sure = Math.floor(((before + bytes.length) * 8) / 6)
    const core = padded.slice(first, sure)
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
