type Tools<M extends Readonly<Record<string, () => unknown>>> = { readonly [K in keyof M]: ReturnType<M[K]> }

/**
 * One function for the page out of several: the page gets a function as text, so all that it needs must stand in that
 * text. `work` and each of `makers` refer to nothing outside of themselves; what the makers return is handed to `work`.
 */
export function inPage<A, R, M extends Readonly<Record<string, () => unknown>>>(
  work: (given: A, tools: Tools<M>) => R,
  makers: M,
): (given: A) => R {
  const tools = Object.entries(makers).map(([name, make]) => `${name}: (${make})()`)
  return new Function('given', `return (${work})(given, { ${tools.join(',\n')} })`) as (given: A) => R
}
