import { describe, expect, it } from 'vitest'
import type { RegistrationConfigInput } from './index.ts'
import { page } from './testing/form-server.ts'
import { type Site, submitTo } from './testing/submit-to.ts'
import { useBrowser } from './testing/use-browser.ts'

const browser = useBrowser()

const submit = (site: string | Site, config: Partial<RegistrationConfigInput> = {}) => submitTo(browser(), site, config)

describe('classic server pages', () => {
  it('fills a wiki form whose labels wrap their fields', async () => {
    const { submission, sent } = await submit(`
      <h1>Register as new user</h1>
      <form action="/doku.php" method="post"><fieldset><legend>Create user</legend>
        <label class="block"><span>Username</span> <input name="login" class="edit" size="50" required></label><br>
        <label class="block"><span>Password</span> <input type="password" name="pass" required></label><br>
        <label class="block"><span>once again</span> <input type="password" name="passchk" required></label><br>
        <label class="block"><span>Real name</span> <input name="fullname" required></label><br>
        <label class="block"><span>E-Mail</span> <input type="email" name="email" required></label><br>
        <button type="submit">Register</button></fieldset></form>`)
    expect(submission.outcome).toBe('success')
    const { firstName, lastName, email } = submission.identity
    expect(sent).toMatchObject({
      email,
      fullname: `${firstName} ${lastName}`,
      login: expect.stringMatching(/^[a-z0-9]{6,15}$/),
    })
    expect(sent.pass).toBe(sent.passchk)
    expect(sent.pass?.length).toBeGreaterThan(7)
  })

  it('reads labels from the table cell beside the field', async () => {
    const { submission, sent } = await submit(`
      <form method="post"><table>
        <tr><td>Vorname:</td><td><input name="f1"></td></tr>
        <tr><td>Name:</td><td><input name="f2"></td></tr>
        <tr><td>E-Mail-Adresse:</td><td><input name="f3"></td></tr>
        <tr><td>Kennwort:</td><td><input name="f4" type="password"></td></tr>
        <tr><td>Kennwort wiederholen:</td><td><input name="f5" type="password"></td></tr>
        <tr><td colspan="2"><input type="submit" value="Konto erstellen"></td></tr></table></form>`)
    const { firstName, lastName, email } = submission.identity
    expect(sent).toMatchObject({ f1: firstName, f2: lastName, f3: email, f4: sent.f5 })
    expect(submission.matched.map(({ evidence }) => evidence)).toEqual(['label', 'label', 'label', 'type', 'type'])
  })

  it('takes the sign-up and not the log-in beside it', async () => {
    const { submission, sent } = await submit(`
      <form method="post" action="/login"><h2>Log in</h2><input type="email" name="lemail" placeholder="Email">
        <input type="password" name="lpass"><button>Log in</button></form>
      <form method="post" action="/join"><h2>New here?</h2><input name="jname" placeholder="Your name">
        <input type="email" name="jemail" placeholder="Email"><input type="password" name="jpass"><button>Sign up</button></form>
      <form action="/search"><input name="q" type="search"><button>Search</button></form>`)
    expect(submission.outcome).toBe('success')
    expect(Object.keys(sent)).toEqual(['jname', 'jemail', 'jpass'])
  })

  it('answers selects, radio buttons, dates, phone numbers and styled checkboxes', async () => {
    const { submission, sent } = await submit(`
      <style>.box{position:absolute;opacity:0}</style>
      <form method="post">
        <fieldset><legend>Salutation *</legend>
          <label><input type="radio" name="sal" value="m" required> Mr</label>
          <label><input type="radio" name="sal" value="x"> Other</label></fieldset>
        <label>E-mail <input name="mail" required></label>
        <label>Repeat e-mail <input name="mail2" required></label>
        <label>Date of birth <input type="date" name="dob" required></label>
        <label>Phone <input type="tel" name="tel" pattern="[0-9]{10}" required></label>
        <label>State <select name="st" required><option value="">Select…</option><option>CA</option><option>CO</option><option>MA</option><option>TX</option><option>WA</option></select></label>
        <label>How did you hear of us? <select name="how" required><option value="">Please choose</option><option value="a">A friend</option><option value="o">Other</option></select></label>
        <input class="box" type="checkbox" id="tos" name="tos" required><label for="tos">I agree to the terms</label>
        <label><input type="checkbox" name="news"> Send me the newsletter</label>
        <button>Register</button></form>`)
    expect(submission.outcome).toBe('success')
    expect(sent).toMatchObject({
      sal: 'x',
      mail2: sent.mail,
      dob: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      tel: expect.stringMatching(/^\d{10}$/),
      how: 'o',
      tos: 'on',
    })
    expect(sent.st).toMatch(/^[A-Z]{2}$/)
    expect(sent).not.toHaveProperty('news')
  })

  it('keeps to stated password rules', async () => {
    const { sent } = await submit(`<form method="post"><input type="email" name="e">
      <input type="password" name="p" maxlength="10" aria-describedby="r"><p id="r">6 to 10 characters, only letters and numbers</p>
      <button>Create account</button></form>`)
    expect(sent.p).toMatch(/^[A-Za-z0-9]{6,10}$/)
  })
})

describe('what well-known applications do', () => {
  it('confirms above a log-in form, as wikis and blogs do', async () => {
    const { submission, sent } = await submit((_, form) => ({
      html: page(
        form === undefined
          ? `<form name="registerform" id="registerform" action="/wp-login.php?action=register" method="post">
              <p><label for="user_login">Username</label><input type="text" name="user_login" id="user_login" required></p>
              <p><label for="user_email">Email</label><input type="email" name="user_email" id="user_email" required></p>
              <p id="reg_passmail">Registration confirmation will be emailed to you.</p>
              <input type="submit" name="wp-submit" value="Register"></form><p><a href="/wp-login.php">Log in</a></p>`
          : `<p class="message">Registration complete. Please check your email.</p>
              <form name="loginform" action="/wp-login.php" method="post"><label>Username or Email Address <input name="log"></label>
              <label>Password <input type="password" name="pwd"></label><input type="submit" value="Log In"></form>`,
      ),
    }))
    expect(submission).toMatchObject({
      outcome: 'success',
      reason: 'The page says: Registration complete. Please check your email.',
    })
    expect(sent.user_email).toBe(submission.identity.email)
  })

  it('shows the form in place of the log-in, and its button once all fields are valid', async () => {
    const { submission, sent, sends } = await submit(`
      <form id="l" method="post"><input name="username" id="username"><input type="password" name="password"><input type="submit" value="Log In">
        <div>Don't have an account? <a href="#" onclick="l.hidden = true; c.hidden = false; return false">Create one</a>.</div></form>
      <form id="c" method="post" action="createaccount" hidden><h2>Account Creation</h2><table>
        <tr><td>Username:</td><td><input id="ausername" name="username" onkeyup="check()" onchange="check()"></td></tr>
        <tr><td>Email:</td><td><input id="aemail" name="email" onkeyup="check()" onchange="check()"></td></tr>
        <tr><td>Password:</td><td><input type="password" id="apassword1" name="password1" onkeyup="check()" onchange="check()"></td></tr>
        <tr><td>Password:</td><td><input type="password" id="apassword2" name="password2" onkeyup="check()" onchange="check()"></td></tr>
        <tr><td>Password Hint:</td><td><input name="apasswordhint"></td></tr></table>
        <input id="b" type="submit" value="Create Account" disabled></form>
      <script>function check() { b.disabled = !(ausername.value && aemail.value.includes('@') && apassword1.value.length > 7 && apassword1.value === apassword2.value) }</script>`)
    expect(submission.outcome).toBe('success')
    expect(sent).toMatchObject({ email: submission.identity.email, password2: sent.password1, apasswordhint: '' })
    expect(sends).toBe(1)
  })
})

describe('traps', () => {
  it('are never filled, however they are hidden', async () => {
    const hidden = [
      'display:none',
      'visibility:hidden',
      'opacity:0',
      'position:absolute;left:-9999px',
      'position:absolute;clip:rect(0,0,0,0)',
      'width:0;height:0;overflow:hidden',
      'position:absolute;clip-path:inset(50%)',
      'transform:scale(0)',
      'position:absolute;left:9999px',
      'position:absolute;right:-9999px',
      'opacity:0.01',
    ]
    const { sent } = await submit(`<form method="post">
      <label>Name <input name="name"></label><label>E-mail <input type="email" name="email"></label>
      ${hidden.map((style, at) => `<div style="${style}"><label>Phone <input name="trap${at}" required></label></div>`).join('')}
      <label>Leave this field empty <input name="trap-told"></label>
      <div aria-hidden="true"><label>Website <input name="trap-silent" tabindex="-1"></label></div>
      <button formnovalidate>Sign up</button></form>`)
    expect(sent.email).toMatch(/@example\.com$/)
    expect(Object.entries(sent).filter(([name, value]) => name.startsWith('trap') && value !== '')).toEqual([])
  })
})

describe('what is not understood', () => {
  it('is named, and nothing is sent', async () => {
    const { submission, sends } = await submit(`<form method="post"><input type="email" name="email">
      <label>Membership number <input name="mno" required></label><button>Sign up</button></form>`)
    expect(submission).toMatchObject({
      outcome: 'unmapped_field',
      reason: expect.stringContaining('input[name="mno"] ("Membership number")'),
    })
    expect(sends).toBe(0)
  })

  it('is an error where a selector was configured', async () => {
    const { submission } = await submit(
      '<form method="post"><input type="email" name="email"><button>Sign up</button></form>',
      { emailSelector: '#nope', timeoutMs: 5000 },
    )
    expect(submission).toMatchObject({ outcome: 'selector_missing', reason: expect.stringContaining('emailSelector') })
  })
})
