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

interface Words {
  readonly autocomplete?: readonly string[]
  /** Names and ids, lower case, letters and digits only. */
  readonly exact: readonly string[]
  /** Within a spaced, lower-case name or label without accents. */
  readonly words: RegExp
}

/** A second field for the same value. */
export const confirmation =
  /confirm|repeat|again|verif|re-?enter|re-?type|\bchk\b|passchk|wiederhol|bestatig|erneut|repetir|repita|repite|repet|conferm|ripeti|herhaal|bevestig|powtorz|potwierdz|upprepa|bekraft|gjenta|bekreft|gentag|zopakuj|znovu|tekrar|повтор|подтвер|ещ[её] раз|再入力|確認|确认|再次|확인|[a-z]2$/

/**
 * In the order in which they are tried: what is more particular stands first.
 * Words are matched after accents are removed; languages: English, German, French, Spanish, Italian, Portuguese,
 * Dutch, Polish, Swedish, Norwegian, Danish, Czech, Turkish, Russian, Japanese, Chinese, Korean.
 */
export const vocabulary: Readonly<Record<Exclude<FieldKind, 'choice' | 'emailConfirm' | 'passwordConfirm'>, Words>> = {
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
      /\bterms\b|conditions|\bagree|\baccept|\btos\b|privacy|policy|gdpr|dsgvo|consent|rules|\bagb\b|nutzungsbeding|datenschutz|akzeptier|einverstanden|stimme .*zu|zustimm|\bcgu\b|j'?accepte|confidentialite|acepto|terminos|condiciones|accetto|termini|aceito|termos|akkoord|voorwaarden|regulamin|akcept|zgod|villkor|godkann|vilkar|souhlas|sartlar|kabul|соглас|услови|принима|同意|規約|条款|동의|약관|over 1[368]|1[368] (years|or older)|at least 1[368]/,
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
      /e-? ?mail|\bmail\b|courriel|correo|posta elettronica|e-?post\b|эл.*почт|почт|メール|邮箱|邮件|電子郵件|이메일/,
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
  honorific: {
    autocomplete: ['honorific-prefix'],
    exact: ['title', 'salutation', 'anrede', 'honorific', 'prefix', 'civilite', 'nameprefix'],
    words: /salutation|honorific|\banrede\b|civilite|tratamiento|\baanhef\b|^title$|name title/,
  },
  gender: {
    autocomplete: ['sex'],
    exact: ['gender', 'sex', 'geschlecht', 'sexe', 'sexo', 'genero'],
    words:
      /\bgender\b|\bsex\b|geschlecht|\bsexe\b|\bsexo\b|\bgenero\b|\bgenre\b|geslacht|\bplec\b|\bkon\b|пол$|性別|性别|성별/,
  },
  birthDay: {
    autocomplete: ['bday-day'],
    exact: ['birthday_day', 'bdayday', 'birthdayday', 'dobday', 'birthday1', 'bday', 'dobd'],
    words: /(birth|dob|bday).*\bday\b|\bday\b.*(birth|dob)|geburtstag tag|jour de naissance/,
  },
  birthMonth: {
    autocomplete: ['bday-month'],
    exact: ['bdaymonth', 'birthdaymonth', 'birthmonth', 'dobmonth', 'bmonth', 'dobm'],
    words: /(birth|dob|bday).*month|month.*(birth|dob)|geburtsmonat|mois de naissance/,
  },
  birthYear: {
    autocomplete: ['bday-year'],
    exact: ['bdayyear', 'birthdayyear', 'birthyear', 'yearofbirth', 'dobyear', 'byear', 'doby', 'yob'],
    words: /(birth|dob|bday).*year|year.*(birth|dob)|geburtsjahr|annee de naissance/,
  },
  birthDate: {
    autocomplete: ['bday'],
    exact: [
      'birthday',
      'birthdate',
      'dateofbirth',
      'dob',
      'geburtsdatum',
      'geburtstag',
      'datenaissance',
      'fechanacimiento',
    ],
    words:
      /date of birth|birth ?(date|day)|\bdob\b|\bborn\b|geburtsdatum|geburtstag|date de naissance|naissance|nacimiento|data di nascita|nascimento|geboortedatum|data urodzenia|fodelsedatum|fodselsdato|datum narozeni|dogum tarihi|дата рождения|生年月日|出生日期|생년월일/,
  },
  age: {
    exact: ['age', 'alter', 'edad', 'userage'],
    words: /^(your )?age\b|\bwie alt\b|^alter\b|^age$|^edad$|возраст|年齢|年龄/,
  },
  username: {
    autocomplete: ['username', 'nickname'],
    exact: [
      'username',
      'userid',
      'user',
      'login',
      'loginname',
      'userlogin',
      'uname',
      'nick',
      'nickname',
      'handle',
      'screenname',
      'displayname',
      'account',
      'accountname',
      'benutzername',
      'pseudo',
      'usuario',
      'wpname',
      'regusername',
      'signupusername',
    ],
    words:
      /user ?(name|id)|login|nick ?name|screen name|display name|\bhandle\b|account name|benutzername|nutzername|anmeldename|nom d'? ?utilisateur|identifiant|pseudo|usuario|nome utente|utilizador|gebruikersnaam|nazwa uzytkownika|anvandarnamn|brukernavn|brugernavn|uzivatelske jmeno|kullanici|имя пользователя|логин|никнейм|ユーザー名|ユーザーid|用户名|帐号|아이디|사용자/,
  },
  fullName: {
    autocomplete: ['name'],
    exact: [
      'fullname',
      'realname',
      'yourname',
      'completename',
      'personname',
      'customername',
      'wprealname',
      'displayedname',
    ],
    words:
      /full name|real name|your name|first and last|nom complet|nom et prenom|prenom et nom|nombre completo|nombre y apellido|nome completo|nome e cognome|vor- und (nach|zu)name|vollstandiger name|echter name|volledige naam|imie i nazwisko|fullstandigt namn|имя и фамилия|ф\.?и\.?о|氏名|お名前|姓名|성명/,
  },
  firstName: {
    autocomplete: ['given-name'],
    exact: [
      'firstname',
      'fname',
      'givenname',
      'forename',
      'first',
      'namefirst',
      'userfirstname',
      'vorname',
      'prenom',
      'voornaam',
      'imie',
      'firstn',
    ],
    words:
      /first ?name|given ?name|forename|vorname|prenom|\bnombre\b|\bnome\b|primeiro nome|voornaam|\bimie\b|fornamn|fornavn|\bjmeno\b|^adi?$|^имя|\bимя$|^名$|^名\b|下の名前|名字/,
  },
  lastName: {
    autocomplete: ['family-name'],
    exact: [
      'lastname',
      'lname',
      'surname',
      'familyname',
      'last',
      'namelast',
      'userlastname',
      'nachname',
      'apellido',
      'apellidos',
      'cognome',
      'sobrenome',
      'achternaam',
      'nazwisko',
      'secondname',
    ],
    words:
      /last ?name|surname|family ?name|nachname|familienname|zuname|nom de famille|^nom$|apellido|cognome|sobrenome|apelido|achternaam|nazwisko|efternamn|etternavn|efternavn|prijmeni|soyad|фамилия|^姓/,
  },
  phone: {
    autocomplete: ['tel', 'tel-national'],
    exact: [
      'phone',
      'tel',
      'telephone',
      'mobile',
      'phonenumber',
      'mobilenumber',
      'cell',
      'cellphone',
      'telefon',
      'telefono',
      'handy',
      'gsm',
    ],
    words:
      /phone|mobile|\bcell\b|\btel\b|telefon|telefono|telefone|handy|mobilnummer|telephone|portable|movil|celular|cellulare|telefoon|puhelin|телефон|電話|电话|手机|전화|휴대/,
  },
  street2: {
    autocomplete: ['address-line2', 'address-line3'],
    exact: ['address2', 'addressline2', 'street2', 'apt', 'suite'],
    words: /address (line )?2|apartment|\bsuite\b|adresszusatz|complement/,
  },
  street: {
    autocomplete: ['street-address', 'address-line1'],
    exact: [
      'address',
      'address1',
      'street',
      'streetaddress',
      'addressline1',
      'addr',
      'strasse',
      'adresse',
      'direccion',
      'indirizzo',
      'endereco',
      'rue',
    ],
    words:
      /street|address|stra(ss|ß)e|adresse|direccion|indirizzo|endereco|\badres\b|\bulica\b|gatuadress|адрес|улица|住所|地址|주소/,
  },
  city: {
    autocomplete: ['address-level2'],
    exact: ['city', 'town', 'locality', 'ort', 'stadt', 'ville', 'ciudad', 'citta', 'cidade', 'wohnort'],
    words:
      /\bcity\b|\btown\b|locality|\bort\b|wohnort|\bstadt\b|\bville\b|ciudad|localidad|\bcitta\b|\bcomune\b|cidade|woonplaats|\bplaats\b|\bmiasto\b|\bstad\b|postort|\bby\b|mesto|sehir|город|市区|城市|도시/,
  },
  region: {
    autocomplete: ['address-level1'],
    exact: ['state', 'province', 'region', 'county', 'bundesland', 'provincia', 'estado'],
    words: /\bstate\b|province|\bregion\b|county|bundesland|provincia|estado|wojewodztwo|область|регион|都道府県|省/,
  },
  postalCode: {
    autocomplete: ['postal-code'],
    exact: ['zip', 'zipcode', 'postalcode', 'postcode', 'postal', 'plz', 'cp', 'cap', 'cep', 'codepostal'],
    words:
      /\bzip\b|post(al)? ?code|postleitzahl|\bplz\b|code postal|codigo postal|\bcap\b|\bcep\b|kod pocztowy|postnummer|\bpsc\b|posta kodu|индекс|郵便番号|邮编|우편번호/,
  },
  country: {
    autocomplete: ['country', 'country-name'],
    exact: ['country', 'countrycode', 'nation', 'land', 'pays', 'pais', 'paese', 'kraj', 'nationality'],
    words:
      /country|nationality|\bland\b|\bpays\b|\bpais\b|\bpaese\b|\bnazione\b|\bkraj\b|\bzeme\b|\bulke\b|страна|国家|国籍|^国$|국가/,
  },
  company: {
    autocomplete: ['organization'],
    exact: [
      'company',
      'organization',
      'organisation',
      'firma',
      'companyname',
      'employer',
      'entreprise',
      'empresa',
      'azienda',
      'business',
    ],
    words:
      /company|organi[sz]ation|employer|\bfirma\b|unternehmen|entreprise|societe|empresa|azienda|bedrijf|foretag|компани|организац|会社|公司|회사/,
  },
  jobTitle: {
    autocomplete: ['organization-title'],
    exact: ['jobtitle', 'job', 'position', 'occupation', 'profession', 'beruf'],
    words: /job ?title|occupation|profession|\bberuf\b|position|poste occupe|должность|職業|职位/,
  },
  website: {
    autocomplete: ['url'],
    exact: ['website', 'url', 'homepage', 'site', 'web', 'blog'],
    words: /web ?site|home ?page|\burl\b|\bblog\b|webseite|site web|sitio web|сайт|网站/,
  },
}

/** Tried last, since `name` is a part of nearly everything. */
export const genericName = {
  exact: ['name', 'yourname', 'nom', 'naam', 'nombre', 'nome'],
  words: /^(your )?name$|\bname$|^naam$|^namn$|^navn$|이름/,
}

/** Says of itself that people must leave it empty. */
export const trap =
  /honey ?pot|\bhp\b|^hp[ _]|bot ?(trap|field|check)|anti ?spam|spam ?trap|(leave|keep) (this )?(field )?(blank|empty)|(do not|don'?t) fill|if you are (a )?human|nicht ausfullen|leer lassen|freilassen|laissez? .*vide|ne pas remplir|dejar? en blanco|no rellen|lasciare vuoto|niet invullen|не заполня/
