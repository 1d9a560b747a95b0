import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript'

/** The types of the API's document, as they are committed to `src/generated/`. */
export async function generateTypes(document: URL): Promise<string> {
  return COMMENT_HEADER + astToString(await openapiTS(document, { exportType: true, alphabetize: false }))
}
