/** Letters that are no plain one with an accent, but are typed as these. */
const letters: Readonly<Record<string, string>> = { ł: 'l', ø: 'o', ı: 'i', đ: 'd', æ: 'ae', œ: 'oe', ß: 'ss', ё: 'е' }

/** Lower case, accents on Latin letters removed, white space folded: what labels are compared as. */
export function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/(\p{Script=Latin})\p{M}+/gu, '$1')
    .normalize('NFC')
    .toLowerCase()
    .replace(/[łøıđæœßё]/g, (letter) => letters[letter] ?? letter)
    .replace(/[’`´]/g, "'")
    .replace(/\s+/g, ' ')
    .trim()
}

/** `user[firstName]` and `user-first_name` become `user first name`. */
export function spaced(name: string): string {
  return plain(
    name
      .replace(/([a-z\d])([A-Z])/g, '$1 $2')
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim(),
  )
}

/** `first_name` and `firstName` become `firstname`; of `user[first_name]` the last part counts too. */
export function squeezed(name: string): readonly string[] {
  const whole = spaced(name).replaceAll(' ', '')
  const last = /\[([^\]]+)\]$|[.:]([^.:]+)$/.exec(name)
  const part = last?.[1] ?? last?.[2]
  return part === undefined ? [whole] : [whole, spaced(part).replaceAll(' ', '')]
}

const insisting =
  'required|mandatory|pflichtfeld|erforderlich|obligatoire|ob?bligatori[oa]|obrigatori[oa]|verplicht|wymagane|obligatoriskt|obligatorisk|pakravd|povinn\\w+|zorunlu'

/** Says of a field that it may be left empty. In plain text. */
export const optional = new RegExp(
  `\\b(optional|freiwillig|facultati[fv][oa]?|facoltativ[oa]|opcional|optioneel|opcjonaln\\w+|nieobowiazkow\\w+|valfritt|valgfri(tt)?|frivillig\\w*|nepovinn\\w+|istege bagli|(not|nicht|kein|non|no|nao|niet|nie|inte|ikke) (${insisting})|zorunlu degil)\\b|необязательно|не обязательно|省略可能|任意|可选|可選|選填|选填|선택 ?(사항)?`,
)
/** Says that it may not. */
export const obligatory = new RegExp(`\\b(${insisting})\\b|обязательно|必須|必填|필수`)

const marks = new RegExp(`[（(]?(${optional.source}|${obligatory.source})[)）]?`, 'g')

/** A label without the marks that say required or optional. */
export function bareLabel(label: string): string {
  return plain(label)
    .replace(/[*:?†]+/g, ' ')
    .replace(marks, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}
