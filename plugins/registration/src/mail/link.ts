import type { Mail } from './inbox.ts'

const confirms =
  /confirm|verif|activat|validat|bestatig|bestätig|aktivier|valider|activer|confirmar|verificar|conferma/i
const other = /unsubscribe|abmelden|privacy|terms|help|support|logo|\.(png|gif|jpe?g|svg|css)$/i

/** The link of a mail that confirms a sign-up: on an origin that may be opened, best one that says so. */
export function confirmationLink({ html, text }: Mail, origins: ReadonlySet<string>): string | undefined {
  const anchors = [...html.matchAll(/<a\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>([\s\S]*?)<\/a>/gi)].map(
    ([, double, single, label = '']) => ({
      url: decoded(double ?? single ?? ''),
      label: label.replace(/<[^>]*>/g, ' '),
    }),
  )
  const plain = [...text.matchAll(/https?:\/\/[^\s<>"')\]]+/g)].map(([url]) => ({
    url: url.replace(/[.,;]$/, ''),
    label: '',
  }))
  const rated = [...anchors, ...plain]
    .filter(({ url }) => origins.has(URL.parse(url)?.origin ?? '') && !other.test(url))
    .map((link) => ({ ...link, score: rate(link) }))
    .filter(({ score }) => score > 0)
  return rated.sort((a, b) => b.score - a.score)[0]?.url
}

/** A page without a query or a long word in its path is nobody's own. */
function rate({ url, label }: { readonly url: string; readonly label: string }): number {
  const { pathname, search } = new URL(url)
  const own = search.length > 8 || /[\w-]{16,}/.test(pathname)
  return (confirms.test(pathname) ? 2 : 0) + (confirms.test(label) ? 2 : 0) + (own ? 1 : 0)
}

function decoded(text: string): string {
  return text.replaceAll('&amp;', '&').replaceAll('&#38;', '&').trim()
}
