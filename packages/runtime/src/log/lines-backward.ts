import { type FileHandle, open } from 'node:fs/promises'

const CHUNK = 64 * 1024
const NEWLINE = 0x0a

/** The whole lines of a file, the last one first; none where there is no file. Leaving it early reads no more of it. */
export async function* linesBackward(path: string): AsyncGenerator<string, void, undefined> {
  const file = await openIfThere(path)
  if (file === undefined) return
  try {
    let rest = Buffer.alloc(0)
    // What follows the last line end is being written, or was cut off: no line yet.
    let whole = false
    for (let end = (await file.stat()).size; end > 0; ) {
      const start = Math.max(0, end - CHUNK)
      const chunk = Buffer.alloc(end - start)
      const { bytesRead } = await file.read(chunk, 0, chunk.length, start)
      let text = Buffer.concat([chunk.subarray(0, bytesRead), rest])
      for (let at = text.lastIndexOf(NEWLINE); at >= 0; at = text.lastIndexOf(NEWLINE)) {
        if (whole && at + 1 < text.length) yield text.toString('utf8', at + 1)
        whole = true
        text = text.subarray(0, at)
      }
      rest = text
      end = start
    }
    if (whole && rest.length > 0) yield rest.toString()
  } finally {
    await file.close()
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
