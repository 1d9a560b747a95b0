import type { ArgsDef } from 'citty'
import { describe, expect, it } from 'vitest'
import type { Branch } from './command.ts'
import { describeError } from './errors.ts'
import { checkArguments, route } from './parse.ts'

const leaf = { description: '', load: async () => ({}) }
const tree: Branch = { description: '', children: { run: { description: '', children: { list: leaf } }, start: leaf } }
const args: ArgsDef = {
  id: { type: 'positional', description: 'The plugin.' },
  wait: { type: 'boolean' },
  top: { type: 'string' },
  mode: { type: 'enum', options: ['api', 'headless'] },
}

const failure = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    return describeError(error)
  }
  throw new Error('nothing was refused')
}

describe('global flags', () => {
  it.each([
    [['--json', 'run', 'list', '--data-dir', 'x']],
    [['run', '--json', '--data-dir=x', 'list']],
    [['run', 'list', '--json=true', '--data-dir', 'x']],
  ])('are found wherever they stand: %j', (argv) => {
    const { path, globals, rest } = route(argv, tree)
    expect(path).toEqual(['run', 'list'])
    expect(Object.fromEntries(globals)).toEqual({ json: true, 'data-dir': 'x' })
    expect(rest).toEqual([])
  })

  it('are not looked for behind --', () => {
    expect(route(['start', '--', '--json'], tree)).toMatchObject({ path: ['start'], rest: ['--', '--json'] })
  })

  it('know their short form and their negation', () => {
    expect(Object.fromEntries(route(['-h', '--no-color'], tree).globals)).toEqual({ help: true, color: false })
  })
})

describe('the arguments of a command', () => {
  it.each([
    [
      ['x', '--top', '5', '--wait'],
      ['--top=5', '--wait=true', '--', 'x'],
    ],
    [
      ['--no-wait', '--top=-5', 'x'],
      ['--wait=false', '--top=-5', '--', 'x'],
    ],
    [
      ['--mode', 'api', '--', '--x'],
      ['--mode=api', '--', '--x'],
    ],
    [
      ['--top=a=b', '-'],
      ['--top=a=b', '--', '-'],
    ],
  ])('%j is read as %j', (rest, expected) => expect(checkArguments(rest, args)).toEqual(expected))

  it.each([
    [['x', '--tpo', '5'], 'CLI_UNKNOWN_FLAG', 'Did you mean: --top?'],
    [['x', '--jso'], 'CLI_UNKNOWN_FLAG', 'Did you mean: --json?'],
    [['x', '-z'], 'CLI_UNKNOWN_FLAG', 'Flags: --wait'],
    [['x', '--id=y'], 'CLI_UNKNOWN_FLAG', 'Flags: --wait'],
    [['x', '--__proto__=y'], 'CLI_UNKNOWN_FLAG', 'Flags: --wait'],
    [['x', '--top'], 'CLI_FLAG_VALUE_MISSING', '--top <value>'],
    [['x', '--top', '--wait'], 'CLI_FLAG_VALUE_MISSING', '--top <value>'],
    [['x', '--top='], 'CLI_FLAG_VALUE_MISSING', '--top <value>'],
    [['x', '--mode', 'fast'], 'CLI_FLAG_INVALID', 'api, headless'],
    [['x', '--wait=maybe'], 'CLI_FLAG_INVALID', 'Write --wait alone.'],
    [[], 'CLI_ARGUMENT_MISSING', 'The plugin.'],
    [['x', 'y'], 'CLI_ARGUMENT_UNEXPECTED', '--help'],
  ])('%j is refused with %s', (rest, code, hint) => {
    expect(failure(() => checkArguments(rest, args))).toMatchObject({
      code,
      hint: expect.stringContaining(hint),
      exitCode: 2,
    })
  })

  it('may end in one that is given more than once, and at least once', () => {
    const listed = { id: { type: 'positional', more: true } } as const
    expect(checkArguments(['x', '-', 'y'], listed)).toEqual(['--', 'x', '-', 'y'])
    expect(failure(() => checkArguments([], listed))).toMatchObject({ code: 'CLI_ARGUMENT_MISSING' })
  })

  it('of a command that is not there, name the near ones', () => {
    expect(failure(() => route(['run', 'lsit'], tree))).toMatchObject({
      code: 'CLI_UNKNOWN_COMMAND',
      message: 'There is no command "run lsit".',
      hint: 'Did you mean: refbot run list?',
    })
    expect(failure(() => route(['constructor'], tree))).toMatchObject({ code: 'CLI_UNKNOWN_COMMAND' })
  })
})
