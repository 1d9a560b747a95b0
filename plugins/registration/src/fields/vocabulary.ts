import { accountWords } from './account-words.ts'
import { personWords } from './person-words.ts'
import { placeWords } from './place-words.ts'
import type { Words } from './words.ts'

/** What a sign-up form can ask for, as far as this plugin knows. */
export type FieldKind =
  | 'email'
  | 'emailConfirm'
  | 'password'
  | 'passwordConfirm'
  | 'username'
  | 'firstName'
  | 'lastName'
  | 'fullName'
  | 'phone'
  | 'birthDate'
  | 'birthDay'
  | 'birthMonth'
  | 'birthYear'
  | 'age'
  | 'street'
  | 'street2'
  | 'city'
  | 'region'
  | 'postalCode'
  | 'country'
  | 'company'
  | 'jobTitle'
  | 'website'
  | 'honorific'
  | 'gender'
  | 'terms'
  | 'newsletter'
  | 'captcha'
  /** A list to choose from, whose meaning does not matter to the answer. */
  | 'choice'

/** A second field for the same value. */
export const confirmation =
  /confirm|repeat|again|verif|re-?enter|re-?type|\bchk\b|passchk|wiederhol|bestatig|erneut|repetir|repita|repite|repet|conferm|ripeti|herhaal|bevestig|powtorz|potwierdz|upprepa|bekraft|gjenta|bekreft|gentag|zopakuj|znovu|tekrar|повтор|подтвер|ещ[её] раз|再入力|確認|确认|再次|확인|[a-z]2$/

/**
 * In the order in which they are tried: what is more particular stands first.
 * Words are matched after accents are removed; languages: English, German, French, Spanish, Italian, Portuguese,
 * Dutch, Polish, Swedish, Norwegian, Danish, Czech, Turkish, Russian, Japanese, Chinese, Korean.
 */
export const vocabulary: Readonly<Record<Exclude<FieldKind, 'choice' | 'emailConfirm' | 'passwordConfirm'>, Words>> = {
  ...accountWords,
  ...personWords,
  ...placeWords,
}

/** Tried last, since `name` is a part of nearly everything. */
export const genericName = {
  exact: ['name', 'yourname', 'nom', 'naam', 'nombre', 'nome'],
  words: /^(your )?name$|\bname$|^naam$|^namn$|^navn$|이름/,
}

/** Says of itself that people must leave it empty. */
export const trap =
  /honey ?pot|\bhp\b|^hp[ _]|bot ?(trap|field|check)|anti ?spam|spam ?trap|(leave|keep) (this )?(field )?(blank|empty)|(do not|don'?t) fill|if you are (a )?human|nicht ausfullen|leer lassen|freilassen|laissez? .*vide|ne pas remplir|dejar? en blanco|no rellen|lasciare vuoto|niet invullen|не заполня/
