import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'

export interface FileAnswer {
  readonly contentType: string
  /** Given: to be saved under this name, and never shown or run by a browser. */
  readonly download?: string
}

/** A file as an answer, read while it is sent. Rejects where it cannot be opened. */
export async function fileResponse(path: string, { contentType, download }: FileAnswer): Promise<Response> {
  const file = await open(path)
  const { size } = await file.stat()
  const stream = file.createReadStream(size === 0 ? {} : { start: 0, end: size - 1 })
  const headers: Record<string, string> = {
    'content-type': contentType,
    'content-length': String(size),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
  }
  if (download !== undefined) headers['content-disposition'] = disposition(download)
  return new Response(Readable.toWeb(stream) as ReadableStream, { headers })
}

/** Whether a name could mean anything but a file in its own folder. */
export function notAFile(name: string): boolean {
  return name === '.' || name === '..' || /[/\\\0]/.test(name)
}

/** RFC 6266: a name for old clients, and the exact one (RFC 8187). */
export function disposition(name: string): string {
  const plain = name.replace(/[^\w. -]/g, '_')
  const exact = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`
}
