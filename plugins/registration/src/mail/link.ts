import { plain } from '../fields/text.ts'
import type { Mail } from './inbox.ts'

/** Words of a link that confirms, in plain text. */
const confirms =
  /confirm|verif|a[ck]tivat|validat|bestatig|aktivier|valider|activ[ae]r|conferma|attiva|ativar|bevestig|activeer|potwierd|aktywuj|bekraft|bekreft|bekraeft|aktiver|potvrd|aktivov|onayla|dogrula|etkinlestir|подтверд|активир|確認|認証|有効化|确认|验证|驗證|激活|확인|인증/
/** Words of one that does something else. */
const other =
  /unsubscribe|opt-?out|abmelden|abbestell|desinscri|desabonn|darse de baja|disiscri|afmelden|uitschrijven|wypisz|avregistrer|avmeld|afmeld|odhlas|отпис|配信停止|退订|수신거부|privacy|terms|\bhelp\b|support|logo|\.(png|gif|jpe?g|svg|css)$/

interface Link {
  readonly url: string
  readonly label: string
}

/** The link of a mail that confirms a sign-up: on an origin that may be opened, best one that says so. */
export function confirmationLink({ html, text }: Mail, origins: ReadonlySet<string>): string | undefined {
  const rated = [...anchorsOf(html), ...addressesIn(text)]
    .filter((link) => origins.has(URL.parse(link.url)?.origin ?? '') && !isOther(link))
    .map((link) => ({ ...link, score: rate(link) }))
    .filter(({ score }) => score > 0)
  return rated.sort((a, b) => b.score - a.score)[0]?.url
}

function anchorsOf(html: string): readonly Link[] {
  const anchors = html.matchAll(/<a\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))[^>]*>([\s\S]*?)<\/a>/gi)
  return [...anchors].map(([, double, single, bare, label = '']) => ({
    url: decoded(double ?? single ?? bare ?? '').trim(),
    label: plain(decoded(label.replace(/<[^>]*>/g, ' '))),
  }))
}

function addressesIn(text: string): readonly Link[] {
  return [...text.matchAll(/https?:\/\/[^\s<>"')\]]+/g)].map(([url]) => ({
    url: url.replace(/[.,;!]$/, ''),
    label: '',
  }))
}

function isOther({ url, label }: Link): boolean {
  return other.test(label) || other.test(new URL(url).pathname.toLowerCase())
}

/** A page without a query or a long word in its path is nobody's own. */
function rate({ url, label }: Link): number {
  const { pathname, hash, searchParams } = new URL(url)
  const names = [...searchParams].filter(([name]) => !name.startsWith('utm_'))
  const query = names.map(([name, value]) => `${name}=${value}`).join('&')
  const own = query.length > 7 || /[\w-]{16,}/.test(pathname + hash)
  const says = [plain(pathname + hash), plain(query)].some((words) => confirms.test(words))
  return (says ? 2 : 0) + (confirms.test(label) ? 2 : 0) + (own ? 1 : 0)
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

/** Templates write `=` as `&#x3D;`, too. */
function decoded(text: string): string {
  return text.replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|([a-z]{2,5}));/gi, (entity, hex, decimal, name) => {
    if (name !== undefined) return entities[name.toLowerCase()] ?? entity
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : entity
  })
}
