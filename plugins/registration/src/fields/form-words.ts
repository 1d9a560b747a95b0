export const signUp = new RegExp(
  [
    'sign ?up|registr(?!y)|register|create (an? |your |my )?((free|new) )?(account|user|login|profile)|\\bjoin\\b|get started|new account|become a member',
    'konto (erstellen|anlegen|eroffnen)|anmeldung',
    "s'?inscrire|inscription|cree[rz] (un |mon |votre |ton )?(nouveau )?compte|rejoign",
    'crear? (una |tu |su )?(nueva )?cuenta|\\bunete\\b|regist(rar|rate)',
    'iscriviti|crea (un |la tua |il tuo )?(nuovo )?(account|utenza|profilo)',
    'cri(ar|e) (a |uma |a sua |sua )?(nova )?conta|cadastr|junte-se',
    'aanmelden|maak .{0,12}account|account (aan)?maken',
    'zarejestruj|(zaloz|utworz) (nowe )?konto|dolacz',
    'skapa (ett |ditt )?(nytt )?konto|opp?rett? .{0,20}konto|bli medlem|bliv medlem',
    'vytvor(it|eni) .{0,10}\\buc(et|tu)\\b|zaregistr',
    'kayit ol|uye ol|hesap olustur|hesabinizi olustur',
    'зарегистр|регистрац|создать .{0,12}(аккаунт|учетную запись)|присоедини',
    '登録|アカウント.?作成|注册|註冊|(创建|建立|新建).{0,4}[帐账帳][号號户戶]|가입|계정 ?(만들기|생성)',
  ].join('|'),
)
export const logIn =
  /log ?in|sign ?in|anmelden$|einloggen|se connecter|connexion|iniciar sesion|entrar|accedi|inloggen|zaloguj|logga in|logg inn|log ind|giris|войти|вход|ログイン|登录|登入|로그인/
export const other =
  /\bsearch\b|suche|recherche|buscar|cerca|newsletter|subscribe|forgot|reset password|passwort vergessen/
export const goOn =
  /^(continue|next|submit|save|send|ok|go|done|finish|create$|start|weiter|absenden|senden|speichern|suivant|continuer|envoyer|siguiente|continuar|enviar|avanti|invia|seguinte|volgende|verzenden|dalej|wyslij|nasta|neste|naeste|далее|отправить|次へ|送信|下一步|提交|다음|확인)/
export const notSubmit =
  /cancel|\bback\b|\babort|reset|\bclear\b|\bshow\b|\bhide\b|generate|google|facebook|github|\bapple\b|microsoft|twitter|\bsso\b|abbrechen|zuruck|annuler|cancelar|annulla|отмена|назад/
export const newHere =
  /^create one$|^(i )?(agree|accept)( to)?( these| the| all)? (terms|rules|conditions)|new here|no account|don'?t have an account|not a member|noch kein konto|pas encore|no tienes cuenta|nog geen account|нет аккаунта/
