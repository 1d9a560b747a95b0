import { type RegistrationConfig, selectorKeys } from '../config.ts'

/** What Playwright adds to CSS. */
const beyondCss =
  /^\s*[\w:-]+=|>>|^\s*(\/\/|\.\.|["'(])|:(has-text|text|text-is|text-matches|visible|nth-match|near|left-of|right-of|above|below|light)\b/

/** Configured selectors by their keys: the page itself finds what is CSS, which takes no round trip of its own. */
export function configuredSelectors(config: Pick<RegistrationConfig, (typeof selectorKeys)[number]>) {
  const given = selectorKeys.flatMap((key) => (config[key] === undefined ? [] : [[key, config[key]] as const]))
  return {
    css: Object.fromEntries(given.filter(([, selector]) => !beyondCss.test(selector))) as Record<string, string>,
    others: given.filter(([, selector]) => beyondCss.test(selector)),
  }
}
