import { z } from 'zod'
import { KEY_FILE } from '../vault/key-file.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** The last file of a backup: what is in it, so that it proves itself whole. */
export const manifestSchema = z.object({
  format: z.literal(1),
  /** Version of the program that wrote it. */
  program: z.string(),
  /** Epoch milliseconds. */
  createdAt: z.number(),
  /** The backup holds every change up to this event, and none after it. */
  lastEventId: z.number(),
  files: z.array(z.object({ name: z.string(), bytes: z.number(), sha256 })),
  /** Artifacts that retention deleted between the snapshot and their turn to be copied. */
  missing: z.array(z.string()),
})

export type Manifest = z.output<typeof manifestSchema>

export const MANIFEST = 'manifest.json'
export const DATABASE = 'refbot.db'

/** Only these may come out of an archive, and nowhere but under the data directory. */
export function isAllowedName(name: string): boolean {
  const parts = name.split('/')
  const safe = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\\0]/.test(part))
  if (!safe) return false
  const [first] = parts
  return (
    [DATABASE, MANIFEST, KEY_FILE].includes(name) || (parts.length > 1 && FOLDERS.some((folder) => folder === first))
  )
}

const FOLDERS = ['artifacts', 'logs', 'config'] as const
