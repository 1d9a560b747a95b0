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
    "already (exists|taken|in use|registered|been taken|have an account)|\\binvalid\\b|incorrect|\\berrors?\\b|\\bfail(ed|ure)?\\b|not (valid|allowed|accepted|permitted|match|available|specified)|must (be|contain|have|not|match|accept|agree)|(is|are) required|please (enter|fill|correct|choose|select|accept|provide|check (the|your (entr|input|answer|data|form|password)))|try again|too (short|long|weak|common|many)|do(es)? not match|don't match|mismatch|denied|unable|could not|cannot|wrong",
  german:
    '\\bungultig|fehler|(bereits|schon) (vergeben|belegt|registriert|vorhanden|verwendet)|erforderlich|\\bmuss(en|t)? (mindestens|aus|ein|gleich|sich)|nicht (uberein|gultig|korrekt|moglich|erlaubt|zulassig)|falsch|versuche',
  french:
    "\\binvalide|erreur|\\bdeja\\b|obligatoire|ne (correspond|sont|est|peut|peuvent)|doi(t|vent) (comporter|contenir|etre|faire)|n'(est|avez) pas",
  spanish:
    '\\binvalid[oa]|no coincid|ya (existe|esta)|obligatori[oa]|deben? (tener|ser|contener|coincidir)|no (es|son) valid|no se ha (podido|especificado)',
  italian: '\\berrore|\\bgia |obbligatori|non (e|sono|coincid|valid|corrett|corrispond|possibile)|dev(e|ono) ',
  portuguese:
    '\\berro\\b|ja (existe|esta)|nao (coincid|e |sao|especificou|foi|colocou|corresponde)|devem? (ter|ser|conter)|tem de ser|incorret|tente novamente',
  dutch:
    'ongeldig|onjuist|verplicht|bestaat al|al in gebruik|verschillen|niet overeen|moet(en)? (uit|minstens|ten minste|minimaal|bevatten)|opnieuw',
  polish:
    'nieprawidl|niepoprawn|istnieje|wymagan|\\bblad|zajet|roznia sie|musi (miec|byc|zawierac)|nie (jest|sa|moze|pasuj|zgadza)',
  swedish:
    'ogiltig|finns redan|anvands redan|felaktig|(stammer|matchar|giltig) inte|overensstammer inte|kan inte|maste (innehalla|vara)|forsok igen',
  norwegianAndDanish:
    'ugyldig|allerede i (bruk|brug)|(samsvar\\w+|stemmer) ikke|\\bikke (ens|like|gyldig|angivet|oppgitt)|kan ikke|\\bma (ha|ikke|vaere)|skal (mindst|vaere)|galt|forkert|prov igen',
  czech:
    'neplatn|nesouhlas|neshoduj|jiz (pouziva|existuje)|musi byt|nesmi byt|nespravn|nema spravny|nezadal|zkuste to znovu',
  turkish: 'gecersiz|eslesmiyor|zaten (kullan|var|kayit)|olmali|hatali|kabul edilemez|girmediniz|tekrar dene',
  russian:
    'неверн|ошибк|уже (существует|зарегистр|занят|использ)|обязательн|не (совпада|соответств|указал|удалось)|долж(ен|на|но|ны) |недопустим|некорректн',
  japanese:
    'エラー|無効|必須|一致しません|(既|すで)に(使用|登録|存在)|必要があります|以上にして|正しくありません|正しい形式|間違って|受け付けられません|指定されていません',
  chinese:
    '错误|錯誤|无效|無效|不匹配|不一致|(不|並不)相同|已(存在|被|在使用)|至少(需要|要)|必须|必須|未指定|不正确|不正確|不可以|无法|無法',
  korean: '오류|이미|일치하지|이상이어야|올바르지|잘못|달라야|다시 시도',
}

/** Words that confirm a sign-up; matched on text without accents, lower case. */
export const confirms = new RegExp(Object.values(confirming).join('|'))

/** Words that refuse one. */
export const refuses = new RegExp(Object.values(refusing).join('|'))
