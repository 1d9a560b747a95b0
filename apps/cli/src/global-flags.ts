import type { ArgsDef } from 'citty'

/** Flags that every command takes, anywhere on the command line. */
export const GLOBAL_FLAGS = {
  json: { type: 'boolean', description: 'One JSON document on stdout; errors as one on stderr.' },
  config: {
    type: 'string',
    valueHint: 'file',
    description: 'The configuration; default refbot.config.{ts,mts,js,json} here.',
  },
  'data-dir': {
    type: 'string',
    valueHint: 'folder',
    description: 'Where everything is stored; default .refbot beside the configuration.',
  },
  url: {
    type: 'string',
    valueHint: 'url',
    description: 'Where the API listens (REFBOT_URL); default: the server of the data directory.',
  },
  token: {
    type: 'string',
    valueHint: 'token',
    description: 'Token of the API (REFBOT_TOKEN); default: the one in the data directory.',
  },
  debug: { type: 'boolean', description: 'Errors with their stack.' },
  color: { type: 'boolean', default: true, negativeDescription: 'No colours (NO_COLOR).' },
  help: { type: 'boolean', alias: 'h', description: 'What a command does and takes.' },
  version: { type: 'boolean', description: "This program's version." },
} as const satisfies ArgsDef

export interface GlobalFlags {
  readonly json: boolean
  readonly debug: boolean
  readonly color: boolean
  readonly help: boolean
  readonly version: boolean
  readonly config: string | undefined
  readonly dataDir: string | undefined
  readonly url: string | undefined
  readonly token: string | undefined
}

export function globalFlags(values: ReadonlyMap<string, string | boolean>): GlobalFlags {
  const text = (name: string) => {
    const value = values.get(name)
    return typeof value === 'string' ? value : undefined
  }
  return {
    json: values.get('json') === true,
    debug: values.get('debug') === true,
    color: values.get('color') !== false,
    help: values.get('help') === true,
    version: values.get('version') === true,
    config: text('config'),
    dataDir: text('data-dir'),
    url: text('url'),
    token: text('token'),
  }
}
