import { variableOf } from './environment.ts'
import type { JsonSchema } from './json-schema.ts'
import { configKeys, configLeaves, type KeyNode } from './keys.ts'
import { type ConfigPath, RELOAD_RULES } from './reload.ts'
import { secretVariable } from './secrets.ts'

/** The page `docs/configuration.md`, made from the schema's descriptions and the rules of a reload. */
export function configurationPage(): string {
  const rows = configLeaves().map(({ path, schema }) => [
    `\`${path}\``,
    typeOf(schema),
    `${schema.description ?? ''}`,
    schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``,
    code(variableOf(path)),
    RELOAD_RULES[path as ConfigPath].effect,
  ])
  const effects = Object.entries(RELOAD_RULES).map(([path, { effect, why }]) => [`\`${path}\``, effect, why])
  return `${[
    INTRODUCTION,
    table(['key', 'type', 'meaning', 'default', 'variable', 'changes'], rows),
    ...lists(),
    AFTER,
    table(['key', 'changes', 'how'], effects),
  ].join('\n\n')}\n`
}

function lists(): string[] {
  return configLeaves().flatMap(({ path, item }) => {
    if (item === undefined) return []
    const heading = `### An entry of \`${path}\``
    if (item.kinds !== undefined) return [heading, ...kindTables(item.kinds)]
    const rows = configLeaves(item).map((leaf) => entryRow(leaf, item))
    return [heading, table(['key', 'type', 'meaning', 'default'], rows)]
  })
}

function entryRow({ path, schema }: KeyNode, entry: KeyNode): string[] {
  return [
    `\`${path}\`${isNeeded(entry, path.split('.')) ? ' (needed)' : ''}`,
    typeOf(schema),
    schema.description ?? '',
    schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``,
  ]
}

/** Whether an entry, or the group that the key stands in, is not valid without it. */
function isNeeded(node: KeyNode, [key = '', ...rest]: readonly string[]): boolean {
  const below = node.keys?.get(key)
  if (rest.length > 0 && below !== undefined) return isNeeded(below, rest)
  return node.schema.required?.includes(key) === true
}

/** What each kind is, and each key with the kinds that have it. */
function kindTables(kinds: readonly KeyNode[]): string[] {
  const about = kinds.map(({ keys, schema }) => {
    const { const: kind, description = '' } = keys?.get('kind')?.schema ?? {}
    return { kind: `${kind}`, description, needed: schema.required?.includes('kind') === true }
  })
  const rows = new Map<string, { row: string[]; of: string[] }>()
  for (const [index, kind] of kinds.entries()) {
    for (const leaf of configLeaves(kind)) {
      if (leaf.path === 'kind') continue
      const row = entryRow(leaf, kind)
      const known = rows.get(row.join('\n')) ?? { row, of: [] }
      known.of.push(about[index]?.kind ?? '')
      rows.set(row.join('\n'), known)
    }
  }
  const grouped = [...rows.values()].sort((a, b) => b.of.length - a.of.length)
  return [
    table(
      ['kind', 'what it does'],
      about.map(({ kind, description, needed }) => [`\`${kind}\`${needed ? '' : ' (or none)'}`, description]),
    ),
    table(
      ['key', 'type', 'meaning', 'default', 'kinds'],
      grouped.map(({ row, of }) => [...row, of.length === kinds.length ? 'all' : of.join(', ')]),
    ),
  ]
}

function typeOf({ type, enum: choices, items, anyOf, oneOf }: JsonSchema): string {
  if (choices !== undefined) return choices.map((choice) => `\`${choice}\``).join(', ')
  if (anyOf !== undefined) return anyOf.map(typeOf).join(' or ')
  if (oneOf !== undefined) return 'object'
  if (type === 'array') return `list of ${items === undefined ? 'anything' : typeOf(items)}`
  return (
    { string: 'text', integer: 'whole number', object: 'object', boolean: '`true`, `false`' }[type ?? ''] ?? `${type}`
  )
}

/** As the formatter of the repository writes it: every column as wide as its widest cell. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')))
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, column) => row[column]?.padEnd(width)).join(' | ')} |`
  const [first = '', ...others] = cells.map(line)
  return [first, line(widths.map((width) => '-'.repeat(width))), ...others].join('\n')
}

function code(text: string | undefined): string {
  return text === undefined ? '' : `\`${text}\``
}

const GROUPS = [...(configKeys().keys?.values() ?? [])]
  .filter(({ path, keys }) => keys !== undefined && variableOf(path) !== undefined)
  .map(({ path }) => code(variableOf(path)))
  .join(', ')

const INTRODUCTION = `<!-- Made from packages/runtime/src/config. Do not edit: run the tests of @refbot/runtime with -u. -->

# Configuration

RefBot reads one file: \`refbot.config.ts\`, \`.mts\`, \`.js\` or \`.json\` in the folder that it is started in, or the one
that \`--config\` names. Without a file the defaults hold.

\`\`\`ts
import { defineConfig } from '@refbot/runtime'

export default defineConfig({
  dataDir: '.refbot',
  api: { port: 9000 },
  proxies: ['127.0.0.1:3128', { $secret: 'frankfurt-proxy' }],
  alerts: [{ metric: 'registration.duration', above: 5000, severity: 'critical' }],
})
\`\`\`

A JSON file may name a \`$schema\` for its editor: write it with \`refbot config schema\`.

What is said in more than one place is taken from the first of these: command line, environment, file, default.
Groups are put together key by key; a list is taken as a whole. \`refbot config show\` tells where each value comes from.

- **Relative paths** start at the folder of the file when they stand in it, else at the folder that RefBot was started in.
- **Unknown keys** are errors. All errors are told at once, each with its place.
- **\`snake_case\`** (\`data_dir\`) is read as \`camelCase\` (\`dataDir\`), with a notice.
- **A TypeScript file** is run by Node as it is: types are stripped, \`enum\` and the like are refused. On a reload it is read
  again; what it imports is not.

## Keys

Lists are JSON in a variable: \`REFBOT_PROXIES='["127.0.0.1:3128"]'\`. So are groups
(${GROUPS}); the variable of a single key wins over that of its group. An empty variable
says nothing. \`REFBOT_TOKEN\`, \`REFBOT_URL\`, \`REFBOT_BROWSER\`, \`REFBOT_STORE_KEY_FILE\` and \`REFBOT_SECRET_*\` are no keys. Other variables that
begin with \`REFBOT_\` are told in a notice. (Kubernetes sets
\`REFBOT_API_PORT\` and more by itself beside a service called \`refbot-api\`: set \`enableServiceLinks: false\`.)`

const AFTER = `## Secrets

An entry of \`proxies\`, and what is secret of an entry of \`alertSinks\`, may be \`{ "$secret": "name" }\` instead of text. The value is taken from the first of these:

1. the variable \`REFBOT_SECRET_NAME\` (for \`webhook-key\`: \`${secretVariable('webhook-key')}\`),
2. the file \`secrets/name\` in the data directory, which nobody else may read (mode 0600),
3. the credential \`name\` of systemd (\`LoadCredential=\`, \`SetCredentialEncrypted=\`).

Names are lower-case letters, digits and hyphens. One line end after the value is not part of it. A secret whose whole value
is \`{ "$secret": "other" }\` stands for the other one. To replace a secret, write the new one and reload or restart.
Secrets, the logins of proxies and the addresses of hooks are left out of what RefBot shows and writes of its configuration.

${table(
  ['error', 'what to do'],
  [
    ['`SECRET_MISSING`', 'Write it to one of the three places.'],
    ['`SECRET_EMPTY`', 'Write its value.'],
    ['`SECRET_FILE_TOO_OPEN`', '`chmod 600` the file; replace the secret if others are on the machine.'],
    ['`SECRET_UNREADABLE`', "It must be a file of at most 64 KiB that RefBot's user may read."],
    ['`SECRET_CYCLE`', 'Let one of the secrets that refer to each other hold the value.'],
    ['`SECRET_NAME_INVALID`', 'A secret that stands for another one must name one that can exist.'],
  ],
)}

## Changing it while RefBot runs

A new configuration is checked as a whole before anything of it is applied. What is \`live\` can be applied to a running
RefBot; what is \`restart\` waits for the next start.`
