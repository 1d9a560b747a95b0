import type { FieldKind } from './vocabulary.ts'
import type { Words } from './words.ts'

/** Words for what makes an account. See the vocabulary for order and languages. */
export const accountWords = {
  captcha: {
    exact: ['captcha', 'captchacode', 'securitycode', 'wpcaptchaword'],
    words:
      /captcha|security code|characters (you see|in the image)|sicherheitscode|are you (a )?human|not a robot|текст с картинки|認証コード|验证码/,
  },
  newsletter: {
    exact: ['newsletter', 'subscribe', 'marketing', 'optin', 'emailoptin', 'mailinglist'],
    words:
      /newsletter|marketing|special offers|promotion|subscribe|mailing list|news and|send me|receive (news|email|update|offer)|keep me (posted|informed|updated)|angebote|neuigkeiten|lettre d'?information|offres|boletin|novedades|ofertas|novita|offerte|nieuwsbrief|рассылк|メルマガ|订阅/,
  },
  terms: {
    exact: [
      'terms',
      'tos',
      'agree',
      'accept',
      'consent',
      'agb',
      'gdpr',
      'privacy',
      'acceptterms',
      'agreetoterms',
      'termsofservice',
      'policy',
      'legal',
      'agreement',
    ],
    words:
      /\bterms\b|conditions|\bagree|\baccept|\btos\b|privacy|policy|gdpr|dsgvo|consent|rules|\bagb\b|nutzungsbeding|datenschutz|akzeptier|einverstanden|stimme .*zu|zustimm|\bcgu\b|j'?accepte|confidentialite|acepto|terminos|condiciones|accetto|termini|aceito|termos|akkoord|voorwaarden|regulamin|akcept|zgod|villkor|godkann|vilkar|souhlas|sartlar|kabul|samtyck|samtykk|betingelser|concordo|соглас|услови|принима|同意|規約|条款|동의|약관|over 1[368]|1[368] (years|or older)|at least 1[368]/,
  },
  email: {
    autocomplete: ['email'],
    exact: [
      'email',
      'mail',
      'emailaddress',
      'useremail',
      'usermail',
      'emailid',
      'correo',
      'courriel',
      'epost',
      'regemail',
      'signupemail',
      'wpemail',
      'accountemail',
    ],
    words:
      /e-? ?mail|\bmail\b|courriel|correo|correio|posta elettronica|\be-?post|эл.*почт|почт(?!ов(ый|ого|ому) (индекс|адрес|код))|メール|邮箱|邮件|電子郵件|电邮|電郵|이메일/,
  },
  password: {
    autocomplete: ['new-password'],
    exact: [
      'password',
      'pass',
      'passwd',
      'pwd',
      'pw',
      'userpassword',
      'userpass',
      'newpassword',
      'password1',
      'pass1',
      'passwort',
      'kennwort',
      'motdepasse',
      'contrasena',
      'senha',
      'regpassword',
      'signuppassword',
      'wppassword',
    ],
    words:
      /pass ?word|passwd|passphrase|passwort|kennwort|mot de passe|contrasena|\bclave\b|palavra-?passe|\bsenha\b|wachtwoord|\bhaslo\b|losenord|passord|adgangskode|heslo|sifre|parola|пароль|パスワード|密码|密碼|비밀번호/,
  },
} as const satisfies Partial<Record<FieldKind, Words>>
