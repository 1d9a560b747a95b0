import { describe, expect, it } from 'vitest'
import { control } from '../testing/control.ts'
import type { ControlDescription } from './control.ts'
import { recognise } from './evidence.ts'
import { fillable, isTrap } from './fillable.ts'
import type { FieldKind } from './vocabulary.ts'

const kindOf = (given: Partial<ControlDescription>) => recognise(control(given))?.kind

describe('the order of evidence', () => {
  const all = {
    explicit: ['emailSelector'],
    autocomplete: 'given-name',
    type: 'text',
    name: 'last_name',
    label: 'City',
  }

  it.each<[Partial<ControlDescription>, FieldKind, string]>([
    [all, 'email', 'explicit'],
    [{ ...all, explicit: [] }, 'firstName', 'autocomplete'],
    [{ ...all, explicit: [], autocomplete: '', type: 'email' }, 'email', 'type'],
    [{ ...all, explicit: [], autocomplete: 'off' }, 'lastName', 'exact'],
    [{ name: 'customer_last_name_1', label: 'City' }, 'lastName', 'pattern'],
    [{ name: 'x17', label: 'City' }, 'city', 'label'],
    [{ name: 'x17', placeholder: 'City' }, 'city', 'label'],
    [{ type: 'tel', name: 'x17' }, 'phone', 'type'],
    [{ type: 'tel', name: 'zip' }, 'postalCode', 'exact'],
  ])('%j is %s by %s', (given, kind, evidence) => {
    expect(recognise(control(given))).toMatchObject({ kind, evidence })
  })
})

describe('labels in several languages', () => {
  it.each<[string, FieldKind]>([
    ['First name *', 'firstName'],
    ['Vorname', 'firstName'],
    ['Prénom', 'firstName'],
    ['Nombre', 'firstName'],
    ['Voornaam', 'firstName'],
    ['Imię', 'firstName'],
    ['Имя', 'firstName'],
    ['Nachname', 'lastName'],
    ['Nom', 'lastName'],
    ['Apellidos', 'lastName'],
    ['Cognome', 'lastName'],
    ['Фамилия', 'lastName'],
    ['氏名', 'fullName'],
    ['姓名', 'fullName'],
    ['Full name (required)', 'fullName'],
    ['Name', 'fullName'],
    ['E-Mail-Adresse', 'email'],
    ['Adresse électronique (e-mail)', 'email'],
    ['Correo electrónico', 'email'],
    ['メールアドレス', 'email'],
    ['电子邮件 / 邮箱', 'email'],
    ['Электронная почта', 'email'],
    ['Confirm your email', 'emailConfirm'],
    ['Repetir correo electrónico', 'emailConfirm'],
    ['Benutzername', 'username'],
    ["Nom d'utilisateur", 'username'],
    ['Nom d’utilisateur', 'username'],
    ['用户名', 'username'],
    ['Username or email', 'email'],
    ['Téléphone', 'phone'],
    ['Postleitzahl', 'postalCode'],
    ['Ciudad', 'city'],
    ['Geburtsdatum', 'birthDate'],
    ['Date of birth', 'birthDate'],
    ['Nombre real (opcional)', 'fullName'],
    ['本名 (省略可能)', 'fullName'],
    ['Kullanıcı adı', 'username'],
    ['Имя учётной записи', 'username'],
    ['E-postadress', 'email'],
    ['Endereço de correio eletrónico', 'email'],
    ['Ваше имя', 'firstName'],
    ['Почтовый индекс', 'postalCode'],
    ['Почтовый адрес', 'street'],
    ['Votre nom', 'fullName'],
    ['Uw naam', 'fullName'],
    ['名前', 'fullName'],
    ['Jméno a příjmení', 'fullName'],
    ['Ad Soyad', 'fullName'],
    ['Voor- en achternaam', 'fullName'],
    ['För- och efternamn', 'fullName'],
    ['For- og etternavn', 'fullName'],
    ['For- og efternavn', 'fullName'],
    ['昵称', 'username'],
    ['닉네임', 'username'],
    ['邮政编码', 'postalCode'],
    ['Web address', 'website'],
    ['By', 'city'],
    ['Hausnummer', 'houseNumber'],
    ['House number', 'houseNumber'],
    ['Street address', 'street'],
  ])('%s', (label, kind) => {
    expect(kindOf({ label })).toBe(kind)
  })

  it.each([
    'Referred by',
    'Team name',
    'Name of your pet',
    "Pet's name",
    'Membership number',
    'Invitation',
    'Mailbox 7',
    'Favourite colour',
    'Your message',
  ])('nothing for: %s', (label) => {
    expect(kindOf({ label })).toBeUndefined()
  })
})

describe('names and ids', () => {
  it.each<[string, FieldKind]>([
    ['firstName', 'firstName'],
    ['user[first_name]', 'firstName'],
    ['registration.email', 'email'],
    ['wpName', 'username'],
    ['user_login', 'username'],
    ['input-firstname', 'firstName'],
    ['billing_postcode', 'postalCode'],
  ])('%s', (name, kind) => {
    expect(kindOf({ name })).toBe(kind)
  })
})

describe('passwords', () => {
  it('are told from their repetition by words, though both are new-password', () => {
    const field = { type: 'password', autocomplete: 'new-password' }
    expect(kindOf({ ...field, name: 'password' })).toBe('password')
    expect(kindOf({ ...field, name: 'passwordConfirmation' })).toBe('passwordConfirm')
    expect(kindOf({ ...field, name: 'pass2' })).toBe('passwordConfirm')
    expect(kindOf({ ...field, label: 'Kennwort bestätigen' })).toBe('passwordConfirm')
  })

  it('never go into a field that shows its text, unless its name is exactly that', () => {
    expect(kindOf({ label: 'Password hint' })).toBeUndefined()
  })
})

describe('boxes', () => {
  it.each<[string, FieldKind | undefined]>([
    ['I agree to the terms of use', 'terms'],
    ['Ich stimme den AGB zu', 'terms'],
    ["J'accepte les conditions générales", 'terms'],
    ['I am 18 years or older', 'terms'],
    ['Send me the newsletter', 'newsletter'],
    ['I agree to receive the newsletter', 'newsletter'],
    ['Remember this device', undefined],
  ])('%s', (label, kind) => {
    expect(kindOf({ type: 'checkbox', label })).toBe(kind)
  })
})

describe('traps', () => {
  it.each<[string, Partial<ControlDescription>]>([
    ['what nobody can see', { visible: false }],
    ['what assistive technology and the keyboard pass over', { ariaHidden: true, tabIndex: -1 }],
    ['what says so by its label', { label: 'Leave this field empty' }],
    ['what says so in German', { label: 'Bitte nicht ausfüllen' }],
    ['what says so by its name', { name: 'my_honeypot' }],
  ])('%s', (_, given) => {
    expect(isTrap(control({ name: 'email', ...given }))).toBe(true)
    expect(fillable(control({ name: 'email', ...given }))).toBe(false)
  })

  it('are not every field out of the tab order', () => {
    expect(isTrap(control({ name: 'email', tabIndex: -1 }))).toBe(false)
  })
})

describe('an address to log in with', () => {
  it.each<[Partial<ControlDescription>, FieldKind]>([
    [{ autocomplete: 'username', name: 'email' }, 'email'],
    [{ autocomplete: 'username', label: 'E-Mail' }, 'email'],
    [{ autocomplete: 'username', name: 'login' }, 'username'],
  ])('%j is %s', (given, kind) => {
    expect(kindOf(given)).toBe(kind)
  })
})

describe('a date in three parts', () => {
  it.each<[string, string, FieldKind | undefined]>([
    ['Date of birth', 'Day', 'birthDay'],
    ['Geburtsdatum *', 'Monat', 'birthMonth'],
    ['Date de naissance', 'Année', 'birthYear'],
    ['Date of birth', 'Place', undefined],
    ['Delivery', 'Day', undefined],
  ])('%s: %s is %s', (group, label, kind) => {
    expect(kindOf({ group, label })).toBe(kind)
    expect(kindOf({ group, label, tag: 'select', type: 'select' })).toBe(kind)
  })

  it('is one part where it is named so', () => {
    expect(kindOf({ name: 'bday' })).toBe('birthDate')
    expect(kindOf({ name: 'birthday_day' })).toBe('birthDay')
  })
})

describe('traps in several languages', () => {
  it.each([
    'Leave this field blank',
    'Bitte leer lassen',
    'Laissez ce champ vide',
    'Deixe este campo em branco',
    'Nie wypełniaj tego pola',
    'Lämna fältet tomt',
    'Lad dette felt stå tomt',
    'La feltet stå tomt',
    'Nevyplňujte',
    'Bu alanı boş bırakın',
    'Оставьте это поле пустым',
    'この欄は空欄のままにしてください',
    '请勿填写',
    '비워 두세요',
  ])('%s', (label) => {
    expect(isTrap(control({ label }))).toBe(true)
  })
})

it.each([
  'Do not leave this field blank',
  'Bitte nicht leer lassen',
  'Ne laissez pas ce champ vide',
  'No dejar en blanco',
  'Bu alan boş bırakılamaz',
  'Feltet er ikke udfyldt',
  '不能留空',
])('is no trap: %s', (hint) => {
  expect(isTrap(control({ hint }))).toBe(false)
})
