#!/usr/bin/env node
const [major] = process.versions.node.split('.')

if (Number(major) >= 24) {
  await import('../dist/main.js')
} else {
  process.stderr.write(
    `RefBot needs Node 24 or later; this is Node ${process.versions.node}. (CLI_NODE_TOO_OLD)\n` +
      '  Install a current Node (https://nodejs.org), or run: npx --package=node@24 --package=@refbot/cli refbot\n',
  )
  process.exitCode = 1
}
