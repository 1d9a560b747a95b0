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
  | 'houseNumber'
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
  // The name of anything else, a team or a pet, is not the person's.
  words:
    /^((please )?enter |(the )?(sign ?up|reg(istration|ister)?|account|profile|form|user|member|person|customer|contact|author|billing|applicant|participant) )?((your|my|ihr|dein|euer|votre|ton|uw|je|jouw|ditt?) )?(name|nom|naam|namn|navn)$|이름|名前/,
}

/** Says of itself that people must leave it empty; that it must not be left so, it may say as well. */
export const trap = new RegExp(
  [
    'honey ?pot|\\bhp\\b|^hp[ _]|bot ?(trap|field|check)|anti ?spam|spam ?trap|if you are (a )?human',
    "(?<!not |never |n't )(leave|keep) (this )?(field )?(blank|empty)|(do not|don'?t) fill",
    '(?<!nicht )(leer lassen|freilassen)|nicht ausfullen',
    '(?<!ne )laissez? (?!pas\\b).*vide|ne pas remplir',
    '(?<!no |no puede )dejar? en blanco|no rellen|(?<!non )lasciare vuoto|non compilare',
    '(?<!nao )deix[ae] .*em branco|nao preencha|niet invullen|(?<!niet )leeg laten',
    'nie wypelniaj|pozostaw .*puste|lamna (?!inte\\b).*tomt|fyll inte i|lad (?!ikke\\b).*(sta|vaere) tomt|la (?!ikke\\b).*sta tomt|udfyld ikke|fyll ikke ut',
    'nevyplnujte|nechte .*prazdne|bos birakin|doldurmayin|не заполняй|оставьте .*пуст',
    '空欄のままにして|入力しないで|(请|請|保持)留空|(请勿|請勿|不要)填|비워 ?두세요|입력하지 (마|말)',
  ].join('|'),
)
