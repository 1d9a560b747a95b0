/** The keyword by which npm packages are known as plugins. */
export const PACKAGE_KEYWORD = 'refbot-plugin'

/** `registration` for `@refbot/plugin-registration`, `shop` for `refbot-plugin-shop`, `acme-shop` for `@acme/shop`. */
export function idOfPackage(name: string): string {
  const [, scope = '', rest = name] = /^@([^/]+)\/(.+)$/.exec(name) ?? []
  const own =
    /^refbot-plugin-(.+)$/.exec(rest)?.[1] ?? (scope === 'refbot' ? /^plugin-(.+)$/.exec(rest)?.[1] : undefined)
  return own ?? (scope === '' ? rest : `${scope}-${rest}`)
}
