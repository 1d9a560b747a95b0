import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { openApiText } from '../apps/api/src/document.ts'
import { generateTypes } from '../packages/client/scripts/generate.ts'

// The committed document of the API and the client's types of it. With --check: says what is stale, and writes nothing.

const root = fileURLToPath(new URL('..', import.meta.url))
const files = new Map([
  [join(root, 'apps/api/openapi.json'), openApiText()],
  [join(root, 'packages/client/src/generated/openapi.ts'), await typesOf(openApiText())],
])
const stale = [...files].filter(([file, text]) => !existsSync(file) || readFileSync(file, 'utf8') !== text)
if (process.argv.includes('--check')) {
  for (const [file] of stale) console.error(`${relative(root, file)} is stale. Run: pnpm openapi`)
  process.exitCode = stale.length === 0 ? 0 : 1
} else {
  for (const [file, text] of stale) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    console.log(`Wrote ${relative(root, file)}`)
  }
}

/** From the text, not from the committed file: both are compared with what the routes say now. */
async function typesOf(text: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'refbot-openapi-'))
  try {
    const file = join(folder, 'openapi.json')
    writeFileSync(file, text)
    return await generateTypes(pathToFileURL(file))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
