import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRefbot, type Refbot, type RefbotConfigInput } from '@refbot/runtime'
import { expect } from 'vitest'
import type { z } from 'zod'
import { type ApiOptions, createApi } from './api.ts'
import { problemSchema } from './schemas/common.ts'

/** A real RefBot on a data directory of its own, over the plugins in `fixtures/plugins`, and its API. */
export interface TestApi extends AsyncDisposable {
  readonly refbot: Refbot
  readonly app: ReturnType<typeof createApi>
  /** With the right token, unless told otherwise. */
  ask(path: string, init?: RequestInit): Promise<Response>
}

export async function openApi(config: RefbotConfigInput = {}, options: ApiOptions = {}): Promise<TestApi> {
  const dataDir = mkdtempSync(join(tmpdir(), 'refbot-api-'))
  const pluginsDir = fileURLToPath(new URL('fixtures/plugins', import.meta.url))
  const refbot = await createRefbot({ dataDir, pluginsDir, ...config })
  await refbot.start()
  const app = createApi(refbot, options)
  return {
    refbot,
    app,
    ask: async (path, init = {}) => app.request(path, { ...init, headers: bearer(refbot.adminToken, init.headers) }),
    async [Symbol.asyncDispose]() {
      await refbot[Symbol.asyncDispose]()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** An answer, which must be what the document says it is: no key less, and none that it does not name. */
export async function read<Schema extends z.ZodType>(response: Response, schema: Schema): Promise<z.output<Schema>> {
  const body = await response.json()
  const parsed = schema.parse(body)
  expect(parsed).toEqual(body)
  return parsed
}

export function problem(response: Response): Promise<z.output<typeof problemSchema>> {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  return read(response, problemSchema)
}

export function bearer(token: string, more?: ConstructorParameters<typeof Headers>[0]): Headers {
  const headers = new Headers(more)
  if (!headers.has('authorization')) headers.set('authorization', `Bearer ${token}`)
  return headers
}

/** The events of a stream's text, as it comes in. */
export async function* messages(response: Response): AsyncGenerator<{ id: number; event: string; data: unknown }> {
  const body = response.body?.pipeThrough(new TextDecoderStream())
  let text = ''
  for await (const chunk of body ?? []) {
    text += chunk
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end)
      text = text.slice(end + 2)
      if (block.startsWith(':')) continue
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? ''
      yield { id: Number(field('id')), event: field('event'), data: JSON.parse(field('data')) }
    }
  }
}
