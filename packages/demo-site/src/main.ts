import { setTimeout as sleep } from 'node:timers/promises'
import { type Command, parseCommandLine, passwordVariable } from './command-line.ts'
import { DemoError } from './errors.ts'
import { untilEnd } from './lifetime.ts'
import type { Listening } from './listen.ts'
import { serveProxy } from './proxy/server.ts'
import { serveSite } from './site/server.ts'

const ended = untilEnd()
// A parent that reads no more is no reason to fail.
process.stdout.on('error', () => {})

try {
  const command = parseCommandLine(process.argv.slice(2), process.env)
  delete process.env[passwordVariable]
  if (command.kind === 'help') {
    console.log(command.text)
  } else {
    await using server = await serve(command)
    say({ ready: true, url: server.url })
    await ended
  }
  process.exitCode = 0
} catch (error) {
  if (!(error instanceof DemoError)) throw error
  const { code, message, hint } = error
  say({ ready: false, code, message, hint })
  console.error([`${code}: ${message}`, hint].filter((part) => part !== undefined).join(' '))
  process.exitCode = 2
}
process.exit()

function serve(command: Exclude<Command, { kind: 'help' }>): Promise<Listening> {
  const tools = { now: Date.now, sleep, report: (error: unknown) => console.error(error) }
  return command.kind === 'site' ? serveSite(command.settings, tools) : serveProxy(command.settings, tools)
}

function say(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
