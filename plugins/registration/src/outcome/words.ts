import { plain } from '../fields/text.ts'

const confirming = {
  english:
    'thank you|thanks for|\\bwelcome\\b|success|(account|user|profile) .{0,30}(created|registered|activated|ready)|you (are|have) (now |been |successfully )?(registered|signed up|logged in)|registration (is )?(complete|confirmed)|check your (e-?mail|inbox|mail)|(verify|confirm) your e-?mail|(confirmation|activation|verification) (e-?mail|link|code)|(sent|emailed) (you )?(an? |the )?(e-?mail|link|message|password)',
  german:
    'erfolgreich|willkommen|vielen dank|registrierung abgeschlossen|bestatigungs-?(e-?)?mail|konto .{0,60}(angelegt|erstellt|eingerichtet|aktiviert)|wurde .{0,60}(angelegt|eingerichtet|verschickt|gesendet|versandt)',
  french:
    'bienvenue|\\bmerci\\b|inscription (est )?(terminee|reussie|confirmee)|compte .{0,60}(cree|active)|(courriel|e-?mail|message) de confirmation|a ete envoye',
  spanish:
    'gracias|bienvenid|registro (completado|exitoso)|cuenta .{0,30}(creada|activada)|se ha (creado|enviado)|confirmacion .{0,20}enviad',
  italian:
    'grazie|benvenut|registrazione (completata|avvenuta)|(account|utenza|profilo) .{0,20}creat|stat[oa] (creat|inviat|spedit)|conferma inviat',
  portuguese:
    'obrigad|bem-vind|boas-vindas|cadastro realizado|conta .{0,50}criada|foi (criad|enviad)|confirmacao enviad',
  dutch:
    'bedankt|welkom|(account|gebruiker).{0,60}aangemaakt|bevestigings(code|-?e?-?mail)|ter bevestiging|is verzonden',
  polish: 'dziekujemy|witaj|utworzon|zostal[ao]? wyslan',
  swedish: 'valkommen|tack for|har (skapats|skickats)|bekraftelse',
  norwegianAndDanish: 'velkommen|takk? for|opp?rettet|bekr(e|ae)ftelses|er sendt',
  czech: 'vitejte|dekujeme|uspesne|ucet .{0,60}vytvoren|byl (vytvoren|odeslan|zaslan)',
  turkish: 'tesekkur|hos geldin|olusturuldu|gonderildi|basariyla',
  russian:
    'спасибо|добро пожаловать|успешно|(учетная запись|аккаунт) .{0,20}создан|создана? (учетная|аккаунт)|отправлено',
  japanese: 'ようこそ|ありがとう|完了|(作成|登録|送信|お送り)しました',
  chinese: '欢迎|歡迎|感谢|感謝|成功|已(创建|建立|发送|發送|寄出|注册|註冊)',
  korean: '환영|감사|완료|만들어졌|만들어짐|생성되었|보냈습니다|가입되었',
}

const refusing = {
  english:
    "already (exists|taken|in use|registered|been taken|have an account)|\\binvalid\\b|incorrect|\\berrors?\\b|\\bfail(ed|ure)?\\b|not (valid|allowed|accepted|permitted|match|available|specified)|must (be|contain|have|not|match|accept|agree)|(is|are) required|please (enter|fill|correct|choose|select|accept|provide|check (the|your (entr|input|answer|data|form|password)))|try again|too (short|long|weak|common|many)|do(es)? not match|don't match|mismatch|denied|unable|could not|cannot|wrong|is (already )?taken|can'?t be|unavailable|\\bexpired\\b|no longer valid",
  german:
    '\\bungultig|fehler|(bereits|schon) (vergeben|belegt|registriert|vorhanden|verwendet)|erforderlich|\\bmuss(en|t)? (mindestens|aus|ein|gleich|sich)|nicht (uberein|gultig|korrekt|moglich|erlaubt|zulassig)|falsch|versuche|abgelaufen',
  french:
    "\\binvalide|erreur|\\bdeja\\b|obligatoire|ne (correspond|sont|est|peut|peuvent)|doi(t|vent) (comporter|contenir|etre|faire)|n'(est|avez) pas|(a|est) expire|impossible",
  spanish:
    '\\binvalid[oa]|no coincid|ya (existe|esta)|obligatori[oa]|deben? (tener|ser|contener|coincidir)|no (es|son) valid|no se ha (podido|especificado)|caducad|expirad',
  italian: '\\berrore|\\bgia |obbligatori|non (e|sono|coincid|valid|corrett|corrispond|possibile)|dev(e|ono) |scadut',
  portuguese:
    '\\berro\\b|ja (existe|esta)|nao (coincid|e |sao|especificou|foi|colocou|corresponde)|devem? (ter|ser|conter)|tem de ser|incorret|tente novamente|expirou|expirad',
  dutch:
    'ongeldig|onjuist|verplicht|bestaat al|al in gebruik|verschillen|niet overeen|moet(en)? (uit|minstens|ten minste|minimaal|bevatten)|opnieuw|verlopen',
  polish:
    'nieprawidl|niepoprawn|istnieje|wymagan|\\bblad|zajet|roznia sie|musi (miec|byc|zawierac)|nie (jest|sa|moze|pasuj|zgadza)|wygasl',
  swedish:
    'ogiltig|finns redan|anvands redan|felaktig|(stammer|matchar|giltig) inte|overensstammer inte|kan inte|maste (innehalla|vara)|forsok igen|har gatt ut',
  norwegianAndDanish:
    'ugyldig|allerede i (bruk|brug)|(samsvar\\w+|stemmer) ikke|\\bikke (ens|like|gyldig|angivet|oppgitt)|kan ikke|\\bma (ha|ikke|vaere)|skal (mindst|vaere)|galt|forkert|prov igen|utlopt|udlobet|\\bfejl\\b|\\bfeil\\b',
  czech:
    'neplatn|nesouhlas|neshoduj|jiz (pouziva|existuje)|musi byt|nesmi byt|nespravn|nema spravny|nezadal|zkuste to znovu|vyprsel|\\bchyb[au]\\b',
  turkish:
    'gecersiz|eslesmiyor|zaten (kullan|var|kayit)|olmali|hatali|kabul edilemez|girmediniz|tekrar dene|suresi (gec|dol)|\\bhata\\b',
  russian:
    'неверн|ошибк|уже (существует|зарегистр|занят|использ)|обязательн|не (совпада|соответств|указал|удалось)|долж(ен|на|но|ны) |недопустим|некорректн|истек(ла|ло|ли)?([ .!,]|$)',
  japanese:
    'エラー|無効|必須|一致しません|(既|すで)に(使用|登録|存在)|必要があります|以上にして|正しくありません|正しい形式|間違って|受け付けられません|指定されていません|期限(切|が切)れ',
  chinese:
    '错误|錯誤|无效|無效|不匹配|不一致|(不|並不)相同|已(存在|被|在使用)|至少(需要|要)|必须|必須|未指定|不正确|不正確|不可以|无法|無法|过期|過期|失效',
  korean: '오류|이미|일치하지|이상이어야|올바르지|잘못|달라야|다시 시도|만료되었',
}

/** A confirmation that did not come true. What only waits for a mail ("not activated yet") is none of these. */
const negating = {
  english:
    "unsuccessful|(was|were|has|have|had|could)( not|n't) (been |be )?(successful|created|registered|completed|saved)|(cannot|can't|can not|unable to|failed to) (be )?(create|register|complete)|(sign-?up|registration) (has )?failed",
  german: 'nicht (erfolgreich|angelegt|erstellt|eingerichtet|gespeichert)|erfolglos|fehlgeschlagen',
  french: "n'(a|ont|avons) (pas|pu) .{0,30}(cree|abouti|terminee|reussi)|(a|ont) echoue|echec (de|a) ",
  spanish:
    'no (se )?(ha|fue|pudo|puede) (podido |sido |ser )?(crea|registra|completa)|fallid|ha fallado|fallo (al|en|de) ',
  italian: 'non (e |si e |puo |sono )?(stat[oa] |riuscit[oa] |essere )+(creat|completat|inviat)|fallit|non riuscit',
  portuguese: 'nao (foi|pode|pude(mos)?) (possivel |ser )?(cria|conclui|completa|registra)|falhou|falha (ao|no|na) ',
  dutch: 'niet (worden )?(aangemaakt|gelukt|geslaagd|voltooid)|mislukt',
  polish: 'nie (udalo|powiodl)|nie (zostal[ao]?|mozna|moze) .{0,20}utworz|niepowodzen',
  swedish: 'inte skapa(s|ts)|kunde inte|misslyck',
  norwegianAndDanish: 'ikke (ble |blev |blitt |blevet )?opp?rett|kunne ikke|mislyk',
  czech: 'nebyl[ao]? (vytvoren|dokoncen|uspes)|neuspes|nepodaril|selhal|nelze (vytvor|dokonc)',
  turkish: 'basarisiz|olusturulamadi|tamamlanamadi|kaydedilemedi',
  russian: 'не (был[аои]? |может быть )?(создан|завершен)|не успешн|неуспешн|безуспешн|неудачн|не удал',
  japanese: '失敗|(作成|登録|完了|送信)(でき|されて(い|お)|して(い|お))ませ',
  chinese: '失败|失敗|(未|不|没有|沒有)能?(成功|创建|建立|完成)',
  korean: '실패|(만들|완료|생성|가입)[^ ]{0,3} ?않|수 없습니다',
}

const confirmation = anyOf(confirming)
const refusal = anyOf(refusing)
const negation = anyOf(negating)

function anyOf(words: Readonly<Record<string, string>>): RegExp {
  return new RegExp(Object.values(words).join('|'))
}

/** Whether a text of a site confirms a sign-up. */
export function confirms(text: string): boolean {
  const words = plain(text)
  return confirmation.test(words) && !negation.test(words)
}

/** Whether it refuses one. */
export function refuses(text: string): boolean {
  const words = plain(text)
  return refusal.test(words) || negation.test(words)
}

/** Whether it does nothing but refuse one. */
export function isRefusal(text: string): boolean {
  return refuses(text) && !confirms(text)
}

/** A message stands at the top of its page, in one sentence or two. */
const atMost = { lines: 40, characters: 200 } as const

/** The first line at the top of a page that refuses a sign-up, whatever its markup; `isNew` where it was not there before. */
export function refusingLine(
  lines: readonly string[],
  isNew: (line: string) => boolean = () => true,
): string | undefined {
  return lines.slice(0, atMost.lines).find((line) => isNew(line) && line.length <= atMost.characters && isRefusal(line))
}
