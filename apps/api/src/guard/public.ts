/** All that is answered without a token, here and in the document alike. */
export const PUBLIC_PATHS: ReadonlySet<string> = new Set([
  '/api/health',
  '/api/health/live',
  '/api/health/ready',
  '/openapi.json',
])
