import { z } from 'zod'

import { alertSchema } from './alert-schema.ts'
import { jobsSchema } from './job-schema.ts'
import { type AlertSinkConfig, secretReference, sinkSchema } from './sink-schema.ts'

export const DEFAULT_DATA_DIR = '.refbot'

const MB = 1024 * 1024
const GB = 1024 * MB
const HOUR_MS = 3_600_000

/** How grave a line of a log is, from mild to grave. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

const days = (description: string, value: number) => z.number().positive().default(value).meta({ description })
const atMost = (description: string) => z.int().min(1).optional().meta({ description })

export const proxySchema = z
  .union([z.string().min(1), secretReference], { error: 'expected a proxy as text, or { "$secret": "name" }' })
  .meta({
    description:
      '`host:port`, `host:port:user:password`, `user:password@host:port` or a URL (http, https, socks5), or a secret that holds one.',
  })

const origin = z
  .string()
  .refine(isOrigin, { error: 'expected an origin such as https://cdn.example.com, without a path' })

/** The one description of a configuration: validation, types, the JSON Schema and the docs page come from it. */
export const configSchema = z.strictObject({
  $schema: z.string().optional().meta({ description: 'JSON Schema for editors; not read by RefBot.' }),
  mode: z.enum(['api', 'headless', 'dashboard', 'worker']).default('api').meta({
    description:
      '`headless` runs without the HTTP API. `dashboard` and `worker` are not available yet and end in `MODE_NOT_AVAILABLE`.',
  }),
  dataDir: z.string().min(1).default(DEFAULT_DATA_DIR).meta({ description: 'Folder of everything that is stored.' }),
  pluginsDir: z.string().min(1).default('plugins').meta({ description: 'Folder with one plugin per sub-folder.' }),
  timeZone: z
    .string()
    .min(1)
    .refine(isTimeZone, { error: 'expected an IANA time zone, such as Europe/Berlin' })
    .optional()
    .meta({ description: 'IANA zone in which cron expressions are read; none: UTC.' }),
  logLevel: z
    .enum([...LOG_LEVELS, 'silent'])
    .default('info')
    .meta({
      description: "Of the service's log, what is at least as grave; `silent`: nothing.",
    }),
  runLogBytes: z.int().min(10_000).default(10_485_760).meta({
    description: "Of a run's log, in bytes: what comes after is not kept, and a line says so.",
  }),
  api: z
    .strictObject({
      enable: z.boolean().default(true).meta({ description: 'Whether the HTTP API listens in the mode `api`.' }),
      host: z.string().min(1).default('127.0.0.1').meta({ description: 'Address on which the API listens.' }),
      port: z.int().min(0).max(65_535).default(8000).meta({ description: 'Port of the API; 0 takes a free one.' }),
    })
    .prefault({})
    .meta({ description: 'The HTTP API.' }),
  proxies: z.array(proxySchema).default([]).meta({ description: 'Egress proxies; none: pages leave directly.' }),
  proxyStrategy: z.enum(['weighted', 'round-robin', 'least-loaded', 'random']).default('weighted').meta({
    description:
      '`weighted`: better ones far more often; `least-loaded`: fewest leases first; `round-robin`: one after the other; `random`: every one alike.',
  }),
  browser: z
    .strictObject({
      headless: z.boolean().default(true).meta({ description: 'Whether browsers run without windows.' }),
      executable: z.string().min(1).optional().meta({
        description: 'Path of Chrome, Chromium or Edge; none: the first that is found. `REFBOT_BROWSER` wins over it.',
      }),
    })
    .prefault({})
    .meta({ description: 'The browser of runs that need one.' }),
  partHosts: z
    .array(
      z.strictObject({
        target: origin.meta({ description: 'Origin of a target.' }),
        hosts: z
          .array(origin)
          .min(1)
          .meta({ description: 'Origins that its pages may read scripts, styles, images and the like from.' }),
      }),
    )
    .default([])
    .meta({
      description:
        'Hosts for parts of pages, such as a CDN: read with GET only, and never marked with the run. A page that goes there ends its run.',
    }),
  jobs: jobsSchema.default([]).meta({ description: 'Runs of plugins at times of their own.' }),
  limits: z
    .strictObject({
      maxRuns: z.int().min(1).default(16).meta({ description: 'Runs at the same time; others wait for their turn.' }),
      maxLaunches: z.int().min(1).default(4).meta({ description: 'Browsers that start at the same moment.' }),
      maxBrowsers: z.int().min(1).optional().meta({
        description: 'Browsers at the same time; none: as many as the free memory has room for.',
      }),
      stopMs: z.int().min(0).max(10_000).default(10_000).meta({
        description: 'How long a run that is stopped has to end by itself, in ms; then its process is ended.',
      }),
      perOrigin: z
        .strictObject({
          maxPerMinute: atMost('Submits to one origin in any minute; none: what its document says.'),
          maxPerDay: atMost('Submits to one origin in a day of UTC; none: what its document says.'),
          concurrency: atMost('Pages open on one origin at the same time; none: what its document says.'),
        })
        .prefault({})
        .meta({ description: 'Per origin, loopback excepted; they only lower what a document allows.' }),
    })
    .prefault({})
    .meta({ description: "The operator's own limits." }),
  metricsFile: z.string().min(1).optional().meta({
    description: 'CSV file to which the raw samples of metrics are appended as they are stored; none: no file.',
  }),
  store: z
    .strictObject({
      minFreeBytes: z
        .int()
        .min(0)
        .default(64 * MB)
        .meta({
          description: 'Below this much room on the disk no run starts, in bytes.',
        }),
      reserveBytes: z
        .int()
        .min(0)
        .default(16 * MB)
        .meta({
          description:
            'Set aside in a file, and given up on a full disk so that rows can be deleted, in bytes; 0: none.',
        }),
    })
    .prefault({})
    .meta({ description: 'The database and its disk.' }),
  alerts: z.array(alertSchema).default([]).meta({ description: 'Rules on the series of the metrics.' }),
  alertSinks: z.array(sinkSchema).default([]).meta({ description: 'Who is told of alerts that fire, repeat and end.' }),
  alertMessages: z
    .strictObject({
      repeatMs: z
        .int()
        .min(60_000)
        .default(4 * HOUR_MS)
        .meta({
          description: 'An alert that goes on is told again after this long, unless somebody has taken it on, in ms.',
        }),
      groupWaitMs: z.int().min(0).default(0).meta({
        description: 'How long a first message waits for more alerts of its group, in ms.',
      }),
      groupBy: z.array(z.string().min(1)).optional().meta({
        description: 'Alerts with the same values of these labels share a message; none: alerts of one rule do.',
      }),
    })
    .prefault({})
    .meta({ description: 'When sinks are told.' }),
  retention: z
    .strictObject({
      metricsDays: days('Raw samples of metrics, in days.', 30),
      executionsDays: days('Executions with their attempts, in days.', 90),
      eventsDays: days('Events, in days.', 30),
      auditDays: days('Entries of the audit; tokens, since they ended. In days.', 365),
      proxiesDays: days('What was learnt of a proxy, in days since it was last used.', 90),
      storageDays: days('What plugins stored, in days since it was last written.', 365),
      artifactsDays: days('Artifacts of runs, in days.', 30),
      artifactsBytes: z
        .int()
        .min(0)
        .default(10 * GB)
        .meta({ description: 'All artifacts together, in bytes; the oldest go first.' }),
    })
    .prefault({})
    .meta({ description: 'How long rows are kept.' }),
})

/** What a user writes: every key is optional. */
export type RefbotConfigInput = z.input<typeof configSchema>

/** A configuration that the schema takes, with its references to secrets. */
export type ParsedConfig = z.output<typeof configSchema>

/** Complete: defaults filled in, secrets resolved, in a mode that can be run. */
export type RefbotConfig = Omit<ParsedConfig, 'mode' | 'proxies' | 'alertSinks'> & {
  mode: Exclude<ParsedConfig['mode'], UnavailableMode>
  /** With their passwords; the list shows none of them in JSON or `inspect`. */
  proxies: string[]
  alertSinks: AlertSinkConfig[]
}

export type UnavailableMode = (typeof UNAVAILABLE_MODES)[number]
export const UNAVAILABLE_MODES = ['dashboard', 'worker'] as const

/** Gives a TypeScript configuration its types. */
export function defineConfig(config: RefbotConfigInput): RefbotConfigInput {
  return config
}

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.parse(text)?.origin === text
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
