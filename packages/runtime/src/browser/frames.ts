const NUL = 0

/** Cuts a stream of NUL-terminated messages, as Chromium's debugging pipe speaks it, without copying whole ones. */
export class FrameSplitter {
  readonly #onFrame: (frame: Buffer) => void
  #parts: Buffer[] = []

  constructor(onFrame: (frame: Buffer) => void) {
    this.#onFrame = onFrame
  }

  push(chunk: Buffer): void {
    let start = 0
    for (let end = chunk.indexOf(NUL); end !== -1; end = chunk.indexOf(NUL, start)) {
      const last = chunk.subarray(start, end)
      const frame = this.#parts.length === 0 ? last : Buffer.concat([...this.#parts, last])
      this.#parts = []
      start = end + 1
      this.#onFrame(frame)
    }
    if (start < chunk.length) this.#parts.push(chunk.subarray(start))
  }
}
