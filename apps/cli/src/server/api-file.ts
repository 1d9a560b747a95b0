import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where a server tells the CLI on the same machine that it listens. */
export interface ApiFile {
  readonly url: string
  readonly pid: number
}

export function readApiFile(dataDir: string): ApiFile | undefined {
  try {
    const { url, pid } = JSON.parse(readFileSync(apiFile(dataDir), 'utf8')) as Partial<ApiFile>
    return typeof url === 'string' && typeof pid === 'number' ? { url, pid } : undefined
  } catch {
    return undefined
  }
}

/** Written as a whole or not at all; disposing it removes it, unless another process has written its own since. */
export function writeApiFile(dataDir: string, content: ApiFile): Disposable {
  const file = apiFile(dataDir)
  const draft = `${file}.${content.pid}`
  writeFileSync(draft, `${JSON.stringify(content)}\n`, { mode: 0o600 })
  renameSync(draft, file)
  return {
    [Symbol.dispose]() {
      if (readApiFile(dataDir)?.pid === content.pid) rmSync(file, { force: true })
    },
  }
}

function apiFile(dataDir: string): string {
  return join(dataDir, 'api.json')
}
