const codes = [
  'AR AT AU BE BG BR CA CH CL CN CO CY CZ DE DK EE EG ES FI FR GB GR HK HR HU ID IE IL IN IS IT JP KE KR LT LU LV',
  'MA MT MX MY NG NL NO NZ PE PH PL PT RO RS SA SE SG SI SK TH TR TW UA US UY VN ZA',
]
  .join(' ')
  .split(' ')

const names = new Intl.DisplayNames(['en'], { type: 'region' })

/** ISO 3166-1 codes with their English names, in the order of the names. */
export const countries: readonly { readonly code: string; readonly name: string }[] = codes
  .map((code) => ({ code, name: names.of(code) ?? code }))
  .sort((a, b) => a.name.localeCompare(b.name, 'en'))

export function isCountry(code: string): boolean {
  return codes.includes(code)
}
