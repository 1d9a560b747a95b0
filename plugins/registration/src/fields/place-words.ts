import type { FieldKind } from './vocabulary.ts'
import type { Words } from './words.ts'

/** Words for where and for whom they live and work. See the vocabulary for order and languages. */
export const placeWords = {
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
  houseNumber: {
    exact: ['housenumber', 'houseno', 'streetnumber', 'hausnummer', 'hausnr', 'huisnummer', 'civico', 'nrdomu'],
    words:
      /(house|street|building) ?(number|no\b)|hausn(ummer|r\b)|huisnummer|numero (civico|de (la )?(calle|rue|porta|porte))|numero exterior|nr domu|husnummer|gatunummer|cislo (domu|popisne)|kapi no|номер дома|番地|门牌|번지/,
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
      /street|(?<!(web|ip|site|wallet) ?)address|stra(ss|ß)e|adresse|direccion|indirizzo|endereco|\badres\b|\bulica\b|gatuadress|адрес|улица|住所|地址|주소/,
  },
  city: {
    autocomplete: ['address-level2'],
    exact: ['city', 'town', 'locality', 'ort', 'stadt', 'ville', 'ciudad', 'citta', 'cidade', 'wohnort'],
    words:
      /\bcity\b|\btown\b|locality|\bort\b|wohnort|\bstadt\b|\bville\b|ciudad|localidad|\bcitta\b|\bcomune\b|cidade|woonplaats|\bplaats\b|\bmiasto\b|\bstad\b|postort|^by$|mesto|sehir|город|市区|城市|도시/,
  },
  region: {
    autocomplete: ['address-level1'],
    exact: ['state', 'province', 'region', 'county', 'bundesland', 'provincia', 'estado'],
    words:
      /\bstate\b|province|\bregion\b|county|bundesland|provincia|estado|wojewodztwo|область|регион|都道府県|省(?!略)/,
  },
  postalCode: {
    autocomplete: ['postal-code'],
    exact: ['zip', 'zipcode', 'postalcode', 'postcode', 'postal', 'plz', 'cp', 'cap', 'cep', 'codepostal'],
    words:
      /\bzip\b|post(al)? ?code|postleitzahl|\bplz\b|code postal|codigo postal|\bcap\b|\bcep\b|kod pocztowy|postnummer|\bpostnr\b|\bpsc\b|posta kodu|индекс|郵便番号|邮编|邮政编码|郵遞區號|우편번호/,
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
    words: /web ?(site|address|page)|home ?page|\burl\b|\bblog\b|webseite|site web|sitio web|сайт|网站/,
  },
} as const satisfies Partial<Record<FieldKind, Words>>
