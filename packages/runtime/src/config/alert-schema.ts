import { z } from 'zod'

const ms = (description: string) => z.int().min(0).optional().meta({ description })
const words = (description: string) => z.record(z.string(), z.string()).optional().meta({ description })
const number = z.number().optional()

/** What every kind of rule has. */
const rule = {
  id: z.string().min(1).optional().meta({
    description:
      'Name of the rule, unique; none: `config-` and its place in the list, which changes when the list does.',
  }),
  metric: z.string().min(1).meta({ description: 'Name of the series, such as `registration.duration`.' }),
  where: words('Only series with all of these labels.'),
  groupBy: z.array(z.string().min(1)).optional().meta({
    description: 'One alert for each combination of these labels; none: one for all series together.',
  }),
  forMs: ms('How long the condition has to hold before the alert fires, in ms; none: 0.'),
  keepFiringForMs: ms('How long the alert goes on after its condition has ended, in ms; none: 0.'),
  labels: words('Added to the labels of each alert.'),
  summary: z.string().min(1).optional().meta({ description: 'One sentence for people; none: made from the rule.' }),
}

/** What kinds have that look at a window of samples. */
const window = {
  windowMs: z
    .int()
    .min(1)
    .optional()
    .meta({ description: 'What is looked at, in ms; none: 300000 (burn-rate 3600000).' }),
  minSamples: z.int().min(1).optional().meta({ description: 'With fewer samples there is no verdict; none: 1.' }),
  noData: z.enum(['keep', 'resolve']).optional().meta({
    description: 'What a window without a verdict does to a firing alert; none: `keep`.',
  }),
}

const NAMED = [
  'count',
  'sum',
  'mean',
  'min',
  'max',
  'stddev',
  'first',
  'last',
  'p50',
  'p90',
  'p95',
  'p99',
  'rate',
] as const
const aggregate = z
  .union([z.enum([...NAMED, 'increase']), z.strictObject({ quantile: z.number().min(0).max(1) })])
  .optional()
  .meta({ description: 'What is made of the samples of the window, a name or `{ "quantile": 0.999 }`; none: `mean`.' })

/** At least one of them; which may be which, analytics checks. */
const each = <Level extends z.ZodType>(level: Level, what: string) =>
  z.strictObject({
    info: level.optional().meta({ description: `${what}, for \`info\`.` }),
    warning: level.optional().meta({ description: `${what}, for \`warning\`.` }),
    critical: level.optional().meta({ description: `${what}, for \`critical\`.` }),
  })
const levels = (what: string) => each(z.number(), what)

const band = z.array(z.number()).length(2)

const shortForm = z
  .strictObject({
    kind: z.literal('threshold').optional().meta({ description: 'The short form: one level, above or below.' }),
    ...rule,
    ...window,
    windowMs: z.int().min(0).default(300_000).meta({ description: 'What is looked at, in ms.' }),
    above: z.number().optional().meta({ description: 'Fires when the mean over the window is above this.' }),
    below: z.number().optional().meta({ description: 'Fires when the mean over the window is below this.' }),
    severity: z.enum(['info', 'warning', 'critical']).default('warning').meta({ description: 'How grave it is.' }),
  })
  .refine(({ above, below }) => (above === undefined) !== (below === undefined), {
    error: 'exactly one of above and below is needed',
  })

const threshold = (kind: 'upper' | 'lower', side: string) =>
  z.strictObject({
    kind: z.literal(kind).meta({ description: `Fires where the aggregate is ${side} a level.` }),
    ...rule,
    ...window,
    aggregate,
    levels: levels('The level'),
    recovery: number.meta({ description: 'The value that ends the alert; none: each level itself.' }),
  })

const detector = z
  .strictObject({
    method: z.enum(['novelty', 'zscore', 'iqr', 'mad', 'ewma', 'daily', 'weekly']).optional().meta({
      description: 'How what is unusual is told; none: `novelty`.',
    }),
    window: z.int().min(4).optional().meta({ description: 'Samples that are remembered; none: 500.' }),
    width: z.number().positive().optional().meta({ description: 'Scales from the centre to each bound.' }),
    warmUp: z.int().positive().optional().meta({ description: 'Samples before the first verdict; none: 100.' }),
    cooldown: z
      .int()
      .positive()
      .optional()
      .meta({ description: 'Samples over which one incident is told once; none: 150.' }),
    floor: z.number().positive().optional().meta({ description: 'Least scale, in units of the metric.' }),
  })
  .optional()
  .meta({ description: 'How what is unusual is told: `method`, `window`, `width`, `warmUp`, `cooldown`, `floor`.' })

/** One rule of the key `alerts`. What the numbers of a rule have to be among each other, analytics checks. */
export const alertSchema = z.discriminatedUnion('kind', [
  shortForm,
  threshold('upper', 'above'),
  threshold('lower', 'below'),
  z.strictObject({
    kind: z.literal('range').meta({ description: 'Fires where the aggregate is outside of a band.' }),
    ...rule,
    ...window,
    aggregate,
    levels: each(band, 'Lowest and highest good value'),
    recovery: band.optional().meta({ description: 'The band that ends the alert; none: each band itself.' }),
  }),
  z.strictObject({
    kind: z.literal('absence').meta({ description: 'Fires where nothing was recorded for a while.' }),
    ...rule,
    levels: levels('Silence in ms'),
  }),
  z.strictObject({
    kind: z.literal('anomaly').meta({ description: 'Fires where a sample of the window is unusual.' }),
    ...rule,
    ...window,
    detector,
    levels: levels('Score, where 1 is unusual'),
  }),
  z.strictObject({
    kind: z
      .literal('rate-of-change')
      .meta({ description: 'Fires where the aggregate changed from one window to the next.' }),
    ...rule,
    ...window,
    aggregate,
    direction: z.enum(['up', 'down', 'both']).optional().meta({ description: 'Which change counts; none: `both`.' }),
    measure: z.enum(['relative', 'absolute']).optional().meta({ description: 'What levels are; none: `relative`.' }),
    levels: levels('Share of the value before, or units of the metric'),
  }),
  z.strictObject({
    kind: z.literal('success-rate').meta({ description: 'Fires where the share of successes is below a level.' }),
    ...rule,
    ...window,
    levels: levels('Share from 0 to 1'),
    recovery: number.meta({ description: 'The value that ends the alert; none: each level itself.' }),
  }),
  z.strictObject({
    kind: z.literal('burn-rate').meta({ description: 'Fires where an error budget burns too fast, long and short.' }),
    ...rule,
    ...window,
    objective: z.number().gt(0).lt(1).meta({ description: 'Share of successes that was promised.' }),
    shortWindowMs: ms('The short window, in ms; none: a twelfth of the long one.'),
    levels: levels('Multiple of the speed that spends the budget exactly'),
  }),
])

/** As the schema gives it. */
export type AlertEntry = z.output<typeof alertSchema>
