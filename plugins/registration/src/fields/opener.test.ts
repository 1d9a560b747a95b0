import { describe, expect, it } from 'vitest'
import { button, pageOf } from '../testing/control.ts'
import type { ControlDescription } from './control.ts'
import { chooseOpener, chooseToggle } from './opener.ts'

describe('the way to a form that is not open', () => {
  const link = (label: string, value: string) => button(label, { type: 'link', value, form: -1 })

  it.each<[string, ControlDescription[], string | undefined]>([
    ['a link', [link('About', 'http://127.0.0.1/about'), link('Sign up', 'http://127.0.0.1/join')], 'Sign up'],
    ['not to another site', [link('Sign up', 'http://elsewhere.test/join')], undefined],
    ['not to the page itself', [link('Sign up', 'http://127.0.0.1/#top')], undefined],
    ['not through another company', [link('Sign up with Google', 'http://127.0.0.1/oauth')], undefined],
    [
      'rules to be agreed to first',
      [button('I do not agree'), button('I agree to these terms')],
      'I agree to these terms',
    ],
    [
      'not to a list of gifts',
      [link('Gift registry', 'http://127.0.0.1/gifts'), link('Join', 'http://127.0.0.1/join')],
      'Join',
    ],
    [
      'rather than to a newsletter',
      [link('Sign up for our newsletter', 'http://127.0.0.1/news'), link('Sign up', 'http://127.0.0.1/join')],
      'Sign up',
    ],
    ['in Italian', [link('Iscriviti adesso', 'http://127.0.0.1/join')], 'Iscriviti adesso'],
    ['a button', [button('Register', { type: 'button', form: -1 })], 'Register'],
  ])('%s', (_, controls, label) => {
    expect(chooseOpener(pageOf(controls))?.label).toBe(label)
  })
})

it.each([
  'Benutzerkonto erstellen',
  'Créez votre compte',
  'Crea tu cuenta',
  'Crie sua conta',
  'Account aanmaken',
  'Utwórz konto',
  'Opret en ny brugerkonto',
  'Vytvořit účet',
  'Hesap oluştur',
  'Создать учётную запись',
  'アカウント作成',
  '创建账号',
  '계정 만들기',
])('leads to a form: %s', (label) => {
  const link = button(label, { type: 'link', value: 'http://127.0.0.1/join', form: -1 })
  expect(chooseOpener(pageOf([link]))?.label).toBe(label)
})

describe('the menu that hides the way to a form', () => {
  const hidden = (given: Partial<ControlDescription> = {}) =>
    button('Sign up', { type: 'link', value: 'http://127.0.0.1/join', form: 1, visible: false, ...given })
  const toggle = (label: string, given: Partial<ControlDescription> = {}) =>
    button(label, { type: 'button', form: 0, toggle: true, ...given })
  const choose = (controls: ControlDescription[], pressed: string[] = []) =>
    chooseToggle(pageOf(controls), ({ label }) => pressed.includes(label))?.label

  it.each<[string, ControlDescription[], string | undefined]>([
    ['says so by its markup', [toggle('Menu'), toggle('More'), hidden({ toggledBy: [1] })], 'More'],
    ['stands beside it', [toggle('Languages'), toggle('Mehr', { form: 1 }), hidden()], 'Mehr'],
    ['is called one', [toggle('What does it cost?'), toggle('Open menu'), hidden()], 'Open menu'],
    ['may have no name', [toggle('What does it cost?'), toggle(''), hidden()], ''],
    ['is not just anything that opens', [toggle('What does it cost?'), hidden()], undefined],
    ['is not one that cannot be seen', [toggle('Menu', { visible: false }), hidden()], undefined],
    ['is not opened where it hides no way to a form', [toggle('Menu'), button('About', { visible: false })], undefined],
  ])('%s', (_, controls, label) => {
    expect(choose(controls)).toBe(label)
  })

  it('is opened once', () => {
    expect(choose([toggle('Menu'), toggle('Navigation'), hidden()], ['Menu'])).toBe('Navigation')
  })
})
