import { PluginManager } from '@refbot/runtime'

const manager = new PluginManager({ pluginsDir: 'plugins' })
for (const { id, ok } of await manager.loadAllPlugins()) console.log(id, ok ? 'loaded' : 'not loaded')

for (const result of await manager.startAllPlugins()) {
  if (result.ok) console.log(result.id, (await manager.settled(result.value.id)).status)
}
for (const { id, metrics } of await manager.getPluginsSummary()) console.log(id, metrics.runs, 'run')

await manager.stopAllPlugins()
