/** Takes a secret out of text, in the forms in which pages, forms and their data write it. */
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
  return (text) => longestFirst.reduce((rest, form) => rest.replaceAll(form, '[password]'), text)
}
