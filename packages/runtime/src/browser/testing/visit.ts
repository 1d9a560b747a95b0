/** Launches a browser as whoever runs this, opens a page in it and prints what the browser was started with. */
import { readFileSync } from 'node:fs'
import { launchFenced, openYard } from './cages.ts'
import { driveSocket } from './raw-driver.ts'
import { startTarget } from './target.ts'

await using target = await startTarget()
await using yard = await openYard(target.origin)
await using browser = await launchFenced(yard)
const driver = await driveSocket(browser.wsEndpoint)
const context = { proxyServer: yard.lease.server, proxyBypassList: '<-loopback>' }
const { browserContextId } = await driver.send('Target.createBrowserContext', context)
const { targetId } = await driver.send('Target.createTarget', { url: 'about:blank', browserContextId })
const { sessionId } = await driver.send('Target.attachToTarget', { targetId, flatten: true })
const { errorText } = await driver.send('Page.navigate', { url: target.origin }, String(sessionId))
const args = readFileSync(`/proc/${browser.pid}/cmdline`, 'utf8').split('\0')
const visit = { errorText, arrived: target.arrived, sandbox: !args.includes('--no-sandbox'), uid: process.getuid?.() }
process.stdout.write(JSON.stringify(visit))
