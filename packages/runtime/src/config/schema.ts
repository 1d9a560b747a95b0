import { z } from 'zod'

const milliseconds = z.int().min(0)

const proxy = z.string().min(1).meta({
  description: 'host:port, host:port:user:password, user:password@host:port or a URL (http).',
})

const threshold = z.strictObject({
  metric: z.string().min(1).meta({ description: 'Name of the series, such as `registration.duration`.' }),
  above: z.number().optional().meta({ description: 'Fires when the mean over the window is above this.' }),
  below: z.number().optional().meta({ description: 'Fires when the mean over the window is below this.' }),
  windowMs: milliseconds.default(300_000).meta({ description: 'What is looked at, in ms.' }),
  severity: z.enum(['info', 'warning', 'critical']).default('warning'),
})

/** The one description of a configuration: validation, types and documentation come from it. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  mode: z.enum(['api', 'headless']).default('api').meta({ description: '`headless` runs without the HTTP API.' }),
  dataDir: z.string().min(1).default('.refbot').meta({ description: 'Folder of everything that is stored.' }),
  pluginsDir: z.string().min(1).default('plugins').meta({ description: 'Folder with one plugin per sub-folder.' }),
  timeZone: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'IANA zone in which cron expressions are read; default UTC.' }),
  api: z
    .strictObject({
      enable: z.boolean().default(true),
      host: z.string().min(1).default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(8000).meta({ description: '0 takes a free port.' }),
    })
    .prefault({}),
  proxies: z.array(proxy).default([]).meta({ description: 'Egress proxies; none: pages leave directly.' }),
  proxyStrategy: z.enum(['weighted', 'round-robin', 'least-loaded', 'random']).default('weighted'),
  browser: z
    .strictObject({
      headless: z.boolean().default(true),
      executable: z
        .string()
        .min(1)
        .optional()
        .meta({ description: 'Path of Chrome, Chromium or Edge; default: the first that is found.' }),
    })
    .prefault({}),
  alerts: z.array(threshold).default([]),
  retention: z
    .strictObject({
      metricsDays: z.number().positive().default(30),
      executionsDays: z.number().positive().default(90),
      eventsDays: z.number().positive().default(30),
      storageDays: z.number().positive().default(365),
    })
    .prefault({})
    .meta({ description: 'How long rows are kept.' }),
})

/** What a user writes: every key is optional. */
export type RefbotConfigInput = z.input<typeof configSchema>

/** Complete: defaults filled in. */
export type RefbotConfig = z.output<typeof configSchema>

/** Gives a TypeScript configuration its types. */
export function defineConfig(config: RefbotConfigInput): RefbotConfigInput {
  return config
}
