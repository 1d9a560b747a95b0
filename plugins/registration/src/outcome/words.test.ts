import { expect, it } from 'vitest'
import { confirms, refuses } from './words.ts'

const says = (text: string) => ({ confirms: confirms(text), refuses: refuses(text) })

it.each([
  ['Your account was created.', 'The passwords do not match.'],
  ['Ihr Konto wurde eingerichtet.', 'Dieser Name ist schon vergeben.'],
  ['Votre compte a été créé.', 'Les mots de passe ne correspondent pas.'],
  ['Se ha creado la cuenta.', 'El nombre ya está en uso.'],
  ['Utenza creata, è stata inviata una mail.', 'Le password non coincidono.'],
  ['A sua conta foi criada.', 'A senha deve ter 8 caracteres.'],
  ['Uw account is aangemaakt.', 'Deze naam is al in gebruik.'],
  ['Konto zostało utworzone.', 'Ta nazwa jest już zajęta.'],
  ['Ditt konto har skapats.', 'Lösenordet måste innehålla en siffra.'],
  ['Kontoen er opprettet.', 'Passordene samsvarer ikke.'],
  ['Din konto er blevet oprettet.', 'Navnet er allerede i brug.'],
  ['Účet byl vytvořen.', 'Hesla se neshodují.'],
  ['Hesabınız oluşturuldu.', 'Parolalar eşleşmiyor.'],
  ['Учётная запись создана.', 'Пароли не совпадают.'],
  ['アカウントを作成しました。', 'パスワードが一致しません。'],
  ['已创建账号', '两次输入的密码不一致'],
  ['계정이 만들어졌습니다.', '비밀번호가 일치하지 않습니다.'],
])('%s, or: %s', (good, bad) => {
  expect(says(good)).toEqual({ confirms: true, refuses: false })
  expect(says(bad)).toEqual({ confirms: false, refuses: true })
})

it.each([
  'Registration unsuccessful',
  'Your account could not be created.',
  'Your registration was not successful.',
  'Ihr Konto konnte nicht angelegt werden.',
  'Registrierung fehlgeschlagen',
  'Registrierung nicht erfolgreich',
  "Votre compte n'a pas été créé.",
  "L'inscription a échoué.",
  'No se ha creado la cuenta.',
  'Su cuenta no ha sido creada.',
  'Registro fallido',
  "L'utenza non è stata creata.",
  'Registrazione non riuscita',
  'A sua conta não foi criada.',
  'O cadastro falhou.',
  'Uw account kon niet worden aangemaakt.',
  'Registratie mislukt',
  'Konto nie zostało utworzone.',
  'Rejestracja nie powiodła się.',
  'Kontot kunde inte skapas.',
  'Registreringen misslyckades.',
  'Kontoen ble ikke opprettet.',
  'Kontoen kunne ikke oprettes.',
  'Účet nebyl vytvořen.',
  'Registrace se nezdařila, neúspěšný pokus.',
  'Kayıt başarısız',
  'Hesabınız oluşturulamadı.',
  'Учётная запись не создана.',
  'Аккаунт не был создан.',
  '登録に失敗しました',
  '登録が完了していません',
  '注册失败',
  '注册未成功',
  '가입에 실패했습니다',
  '계정을 만들 수 없습니다',
])('does not take for a confirmation: %s', (text) => {
  expect(says(text)).toEqual({ confirms: false, refuses: true })
})

it.each([
  'Your account has been created, but has not been activated yet. Please check your e-mail.',
  'Not registered yet? Sign up',
  'Ещё не зарегистрированы?',
])('does not take for a refusal: %s', (text) => {
  expect(says(text).refuses).toBe(false)
})

it.each([
  'This link has expired.',
  'Der Link ist abgelaufen.',
  'Ce lien a expiré.',
  'El enlace ha caducado.',
  'Il link è scaduto.',
  'O link expirou.',
  'De link is verlopen.',
  'Link wygasł.',
  'Länken har gått ut.',
  'Lenken er utløpt.',
  'Linket er udløbet.',
  'Platnost odkazu vypršela.',
  'Bağlantının süresi dolmuş.',
  'Срок действия ссылки истёк.',
  'リンクの期限が切れています',
  '链接已过期',
  '링크가 만료되었습니다',
  "Email can't be blank",
  'That username is taken.',
])('refuses: %s', (text) => {
  expect(says(text)).toEqual({ confirms: false, refuses: true })
})
