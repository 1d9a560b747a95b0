import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript'

/** The types of the API's document, as they are committed to `src/generated/openapi.ts`. */
export async function generateTypes(document: string): Promise<string> {
  return COMMENT_HEADER + astToString(await openapiTS(document, { exportType: true }))
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>
}

/** What a client needs at run time: where each operation is. Committed to `src/generated/operations.ts`. */
export function generateOperations(document: string): string {
  const { paths } = JSON.parse(document) as Document
  const lines = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { operationId }]) => `  ${operationId}: ['${method.toUpperCase()}', '${path}'],\n`,
    ),
  )
  return `// Generated from openapi.json.\n\nexport const OPERATIONS = {\n${lines.join('')}} as const\n`
}
