import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where systemd would listen, for tests. */
export interface NotifySocket extends AsyncDisposable {
  readonly path: string
  /** Holds the program that sends. */
  readonly searchPath: string
  /** Resolves once it was told this. */
  said(text: RegExp): Promise<void>
}

/** Appends each datagram to a file; Node itself has no Unix datagrams. */
const RECEIVER = `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    data = s.recv(65536)
    with open(sys.argv[2], "ab") as f:
        f.write(data + b"\\n")
`
/** Where there is no systemd or no Python: what would be sent goes straight to the file. */
const STAND_IN = `#!/bin/sh
for assignment in "$@"; do echo "$assignment" >> "$NOTIFY_SOCKET.told"; done
`

export async function notifySocket(folder: string): Promise<NotifySocket> {
  const path = join(folder, 'notify')
  const told = `${path}.told`
  writeFileSync(told, '')
  const isReal = ['systemd-notify', 'python3'].every((name) => spawnSync(name, ['--version']).status === 0)
  const receiver = isReal ? spawn('python3', ['-c', RECEIVER, path, told], { stdio: 'ignore' }) : undefined
  const bin = join(folder, 'bin')
  if (!isReal) {
    mkdirSync(bin)
    writeFileSync(join(bin, 'systemd-notify'), STAND_IN)
    chmodSync(join(bin, 'systemd-notify'), 0o700)
  }
  if (isReal) await until(folder, () => existsSync(path))
  return {
    path,
    searchPath: isReal ? (process.env.PATH ?? '') : `${bin}:${process.env.PATH}`,
    said: (text) => until(folder, () => text.test(readFileSync(told, 'utf8'))),
    async [Symbol.asyncDispose]() {
      receiver?.kill('SIGKILL')
    },
  }
}

/** Asked whenever something in the folder changes. */
async function until(folder: string, holds: () => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const check = () => {
    if (holds()) resolve()
  }
  const watcher = watch(folder, check)
  check()
  await promise
  watcher.close()
}
