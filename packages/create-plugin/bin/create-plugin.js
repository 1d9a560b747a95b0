#!/usr/bin/env node
const [major] = process.versions.node.split('.')

if (Number(major) >= 24) {
  await import('../dist/main.js')
} else {
  process.stderr.write(
    `A plugin for RefBot needs Node 24 or later; this is Node ${process.versions.node}. (CREATE_NODE_TOO_OLD)\n` +
      '  Install a current Node (https://nodejs.org), then run npm create @refbot/plugin again.\n',
  )
  process.exitCode = 1
}
