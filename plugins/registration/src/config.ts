import type { ConfigSchema } from '@refbot/plugin-sdk'
import { z } from 'zod'
import { readSpelling } from './spelling.ts'

const selector = z.string().trim().min(1).optional()

const successSchema = z
  .strictObject({
    url: z
      .string()
      .min(1)
      .optional()
      .describe('Text that the address of the page after the submit contains, such as "/welcome".'),
    text: z
      .string()
      .min(1)
      .optional()
      .describe('Text that the page after the submit shows; case and white space do not matter.'),
    selector: selector.describe('A selector of something that the page after the submit shows.'),
    status: z
      .array(z.int().min(200).max(399))
      .min(1)
      .optional()
      .describe('Status codes, one of which answers the submit, such as [201, 303].'),
  })
  .describe(
    'What proves that a sign-up worked; everything given must hold. Without it the plugin looks for a confirmation, or for the form to go away without a validation message.',
  )

export type SuccessConditions = z.output<typeof successSchema>

export const pageUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .refine((url) => !hasCredentials(url), { error: 'must not contain a user name or password' })

const inboxSchema = z
  .strictObject({
    url: pageUrl
      .optional()
      .describe('Address of Mailpit or maildev, such as http://127.0.0.1:8025; loopback, or authorised by its owner.'),
    smtpPort: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe('A port on loopback where the plugin receives mail itself while it runs; the site must send it there.'),
    timeoutMs: z
      .int()
      .min(100)
      .max(600_000)
      .default(20_000)
      .describe('How long the mail of a sign-up may take, in milliseconds, within timeoutMs of the submission.'),
  })
  .refine(({ url, smtpPort }) => (url === undefined) !== (smtpPort === undefined), {
    error: 'exactly one of url and smtpPort is needed',
  })
  .describe('Where the mail of a sign-up arrives. With it, the link that confirms a sign-up is followed and timed.')

export type InboxConfig = z.output<typeof inboxSchema>

const keys = z.strictObject({
  url: pageUrl.describe('The page with the sign-up form. Its owner must have agreed (loopback needs no agreement).'),
  firstNameSelector: selector.describe('Selector of the first-name field. Default: found by the plugin.'),
  lastNameSelector: selector.describe('Selector of the last-name field. Default: found by the plugin.'),
  emailSelector: selector.describe('Selector of the e-mail field. Default: found by the plugin.'),
  usernameSelector: selector.describe('Selector of the user-name field. Default: found by the plugin.'),
  passwordSelector: selector.describe('Selector of the password field. Default: found by the plugin.'),
  submitSelector: selector.describe('Selector of the button that sends the form. Default: found by the plugin.'),
  batchSize: z.int().min(1).max(200).default(6).describe('Submissions in one run.'),
  concurrency: z
    .int()
    .min(1)
    .max(16)
    .optional()
    .describe(
      'Submissions at a time, never more than the target allows. Default: one for each processor, at most 4. With a pause between submissions they are made one after the other.',
    ),
  delayBetweenSubmissionsMs: z
    .int()
    .min(0)
    .max(3_600_000)
    .default(0)
    .describe('Pause between two submissions, in milliseconds. The target may ask for a longer one.'),
  seed: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe(
      'Equal seeds give equal identities, so that a run can be replayed. Default: the id of the run, so no two runs share an identity.',
    ),
  emailDomain: z
    .string()
    .min(1)
    .max(253)
    .optional()
    .describe(
      'Mail domain of the identities: a reserved one (example.com, *.test) or one that the target lists. Default: the first that the target lists, else example.com.',
    ),
  timeoutMs: z
    .int()
    .min(1000)
    .max(600_000)
    .default(30_000)
    .describe('Time for one submission, from opening the page to its outcome, in milliseconds.'),
  cookies: z
    .enum(['accept', 'reject', 'ignore'])
    .default('accept')
    .describe('How a cookie dialog is answered: accept everything, refuse what is not necessary, or leave it alone.'),
  success: successSchema.optional(),
  inbox: inboxSchema.optional(),
  screenshots: z
    .enum(['always', 'failure', 'never'])
    .default('failure')
    .describe('When a picture of the page is kept as an artifact: always, after a failed submission, or never.'),
  traces: z
    .enum(['always', 'failure', 'never'])
    .default('failure')
    .describe(
      'When the document as it stood at the end and all that happened on the page are kept as artifacts, without passwords: always, after a failed submission, or never.',
    ),
})

export type RegistrationConfigInput = z.input<typeof keys>
export type RegistrationConfig = z.output<typeof keys> & {
  /** What the configuration was understood as, where it was not spelled as documented. */
  readonly notices: readonly string[]
}

const standard = keys['~standard']

/** The configuration: strict, so that a misspelt key is an error, but for the spelling with underscores. */
export const configSchema: ConfigSchema<RegistrationConfigInput, RegistrationConfig> = {
  '~standard': {
    version: standard.version,
    vendor: standard.vendor,
    jsonSchema: standard.jsonSchema,
    async validate(value) {
      const { config, notices, issues } = readSpelling(value, Object.keys(keys.shape))
      if (issues.length > 0) return { issues }
      const result = await standard.validate(config)
      return result.issues === undefined ? { value: { ...result.value, notices } } : result
    },
  },
}

/** The keys that lead to elements. */
export const selectorKeys = [
  'firstNameSelector',
  'lastNameSelector',
  'emailSelector',
  'usernameSelector',
  'passwordSelector',
  'submitSelector',
] as const satisfies readonly (keyof RegistrationConfig)[]

function hasCredentials(url: string): boolean {
  const { username, password } = new URL(url)
  return username !== '' || password !== ''
}
