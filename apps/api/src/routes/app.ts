import { OpenAPIHono } from '@hono/zod-openapi'
import { ApiError, type Issue } from '../problem.ts'

const PLACES: Readonly<Record<string, Issue['in']>> = { param: 'path', query: 'query', header: 'header' }

/** An empty app whose routes refuse what does not fit their schemas, naming everything that is wrong at once. */
export function newApp(): OpenAPIHono {
  return new OpenAPIHono({
    defaultHook: (result) => {
      if (result.success) return
      const place = PLACES[result.target] ?? 'body'
      const issues = result.error.issues.map(({ path, message }) => ({ in: place, path: path.join('.'), message }))
      const list = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
      throw new ApiError('REQUEST_INVALID', `The ${place} is not valid. ${list.join('. ')}.`, {
        issues,
        hint: 'Correct these; nothing was changed.',
      })
    },
  })
}
