import { z } from 'zod'
import { SECRET_NAME } from './secrets.ts'

/** `{ "$secret": "name" }`. */
export const secretReference = z.strictObject({
  $secret: z
    .string()
    .regex(SECRET_NAME, { error: 'a name is 1 to 64 lower-case letters, digits and hyphens' })
    .meta({ description: 'Name of the secret: lower-case letters, digits and hyphens.' }),
})

const text = z.union([z.string().min(1), secretReference], { error: 'expected text, or { "$secret": "name" }' })
const url = (of: string) => text.meta({ description: `${of}, http or https, or a secret that holds it.` })

/** What every kind of sink has. */
const every = {
  name: z.string().min(1).max(64).optional().meta({
    description:
      'Its name in events; what waits for it goes to the sink of this name after a reload. None: its kind, of several `slack#2`.',
  }),
  minSeverity: z.enum(['info', 'warning', 'critical']).optional().meta({
    description: 'Only alerts that are at least so grave, and the end of each that it was told of; none: all.',
  }),
}

const post = {
  ...every,
  headers: z.record(z.string(), text).optional().meta({
    description: 'Sent with each message; a value may be a secret.',
  }),
  timeoutMs: z.int().min(1).optional().meta({ description: 'Of one attempt, in ms; none: 10000.' }),
}

const chat = <const Kind extends string>(kind: Kind, description: string) =>
  z.strictObject({ kind: z.literal(kind).meta({ description }), url: url('Address of the hook'), ...post })

/** One entry of `alertSinks`. */
export const sinkSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('webhook').meta({ description: 'Posts each message as JSON.' }),
    url: url('Where it is posted to'),
    secret: text.optional().meta({ description: 'Key that signs each message in `X-RefBot-Signature`; a secret.' }),
    ...post,
  }),
  chat('slack', 'Posts to an incoming webhook of Slack.'),
  chat('teams', 'Posts a card to a workflow of Microsoft Teams.'),
  chat('ntfy', 'Posts to a topic of ntfy, whose name ends the address.'),
  z.strictObject({
    kind: z.literal('alertmanager').meta({ description: "Hands alerts to Prometheus' Alertmanager." }),
    url: url('Address of the Alertmanager'),
    ...post,
  }),
  z.strictObject({
    kind: z.literal('email').meta({ description: 'Sends a mail over SMTP.' }),
    ...every,
    host: z.string().min(1).meta({ description: 'The mail server.' }),
    port: z.int().min(1).max(65_535).default(587).meta({ description: 'Its port.' }),
    tls: z.enum(['starttls', 'implicit', 'none']).default('starttls').meta({
      description: 'How the connection is protected: `starttls` demands it, `implicit` from the first byte (port 465).',
    }),
    username: text.optional().meta({ description: 'Who logs in; none: nobody.' }),
    password: text.optional().meta({ description: 'A secret.' }),
    from: z.string().min(3).meta({ description: 'Address that the mail comes from.' }),
    to: z.array(z.string().min(3)).min(1).meta({ description: 'Addresses that it goes to.' }),
  }),
])

/** As it is written. */
export type SinkEntry = z.output<typeof sinkSchema>

/** Its secrets in place of their names. */
export type Revealed<T> = T extends { readonly $secret: string }
  ? string
  : T extends object
    ? { [Key in keyof T]: Revealed<T[Key]> }
    : T

/** With its secrets; shows none of them in JSON or `inspect`. */
export type AlertSinkConfig = Revealed<SinkEntry>
