import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openApiText } from '../apps/api/src/document.ts'
import { generateOperations, generateTypes } from '../packages/client/scripts/generate.ts'

// The committed document of the API and what the client makes of it. With --check: says what is stale, writes nothing.

const root = fileURLToPath(new URL('..', import.meta.url))
const text = openApiText()
// From the text, not from the committed file: all are compared with what the routes say now.
const files = new Map([
  [join(root, 'apps/api/openapi.json'), text],
  [join(root, 'packages/client/src/generated/openapi.ts'), await generateTypes(text)],
  [join(root, 'packages/client/src/generated/operations.ts'), generateOperations(text)],
])
const stale = [...files].filter(([file, wanted]) => !existsSync(file) || readFileSync(file, 'utf8') !== wanted)
if (process.argv.includes('--check')) {
  for (const [file] of stale) console.error(`${relative(root, file)} is stale. Run: pnpm openapi`)
  process.exitCode = stale.length === 0 ? 0 : 1
} else {
  for (const [file, wanted] of stale) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, wanted)
    console.log(`Wrote ${relative(root, file)}`)
  }
}
