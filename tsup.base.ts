import { defineConfig, type Options } from 'tsup'

/** The one build that every package shares: ESM for Node, with types. */
export function library(options: Options = {}): ReturnType<typeof defineConfig> {
  return defineConfig({
    entry: ['src/index.ts'],
    format: 'esm',
    target: 'node24',
    platform: 'node',
    dts: true,
    clean: true,
    splitting: true,
    treeshake: true,
    removeNodeProtocol: false,
    silent: true,
    ...options,
  })
}
