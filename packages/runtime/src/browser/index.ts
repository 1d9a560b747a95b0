export { type GateAddress, NO_BYPASS } from './arguments.ts'
export { ensureBrowser } from './ensure.ts'
export { findBrowser } from './find.ts'
export { type BrowserExit, type BrowserProcess, type LaunchOptions, launchBrowser } from './launch.ts'
