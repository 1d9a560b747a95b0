/** A host that launches a browser, prints its process id and waits to be killed. */
import { launchFenced, openYard } from './cages.ts'

const yard = await openYard('http://127.0.0.1:9')
const browser = await launchFenced(yard)
process.stdout.write(`${browser.pid}\n`)
setInterval(() => {}, 1000)
