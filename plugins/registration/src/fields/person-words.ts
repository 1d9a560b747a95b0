import type { FieldKind } from './vocabulary.ts'
import type { Words } from './words.ts'

/** Words for who signs up. See the vocabulary for order and languages. */
export const personWords = {
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
    exact: ['bdayday', 'birthdayday', 'birthday1', 'birthd', 'dobday', 'dobd'],
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
      'bday',
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
      /user ?(name|id)|login|nick ?name|screen name|display name|\bhandle\b|account name|benutzername|nutzername|anmeldename|nom d'? ?utilisateur|identifiant|pseudo|usuario|nome utente|utilizador|gebruikersnaam|nazwa uzytkownika|anvandarnamn|brukernavn|brugernavn|uzivatelske jmeno|kullanici|имя пользователя|имя учетной записи|логин|никнейм|ニックネーム|昵称|暱稱|닉네임|利用者名|ユーザー名|ユーザーid|用户名|使用者名|用戶名|帐号|账号|帳號|아이디|사용자/,
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
      /full name|real name|your name|first and last|nom complet|nom et prenom|prenom et nom|nombre completo|nombre y apellido|nome completo|nome e cognome|vor- und (nach|zu)name|vollstandiger name|echter name|nom reel|nombre real|nome (reale?|verdadeiro)|echte naam|riktigt namn|(virkelig|rigtige) navn|skutecne jmeno|gercek adi|настоящее имя|本名|실명|prawdziwe (imie|nazwisko)|volledige naam|imie i nazwisko|fullstandigt namn|имя и фамилия|jmeno a prijmeni|ad(i|iniz)? (ve )?soyad|voor- en achternaam|for- och efternamn|for- og ef?t+ernavn|ф\.?и\.?о|氏名|お名前|姓名|성명/,
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
      /first ?name|given ?name|forename|vorname|prenom|\bnombre\b|\bnome\b|primeiro nome|voornaam|\bimie\b|fornamn|fornavn|\bjmeno\b|^adi?$|^имя|(^| )имя$|^名$|^名\b|下の名前|名字/,
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
} as const satisfies Partial<Record<FieldKind, Words>>
