import { expect, it } from 'vitest'
import { plain } from '../fields/text.ts'
import { confirms, refuses } from './words.ts'

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
  const says = (text: string) => ({ confirms: confirms.test(plain(text)), refuses: refuses.test(plain(text)) })
  expect(says(good)).toEqual({ confirms: true, refuses: false })
  expect(says(bad)).toEqual({ confirms: false, refuses: true })
})
