import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'

/** What a certificate says. Times are epoch milliseconds, to the second. */
export interface CertificateOptions {
  /** PKCS #8 PEM of a P-256 key; the certificate is signed by it and for it. */
  readonly keyPem: string
  readonly commonName: string
  /** DNS names and IPv4 literals. */
  readonly altNames: readonly string[]
  readonly notBefore: number
  readonly notAfter: number
}

/** A self-signed X.509 v3 certificate (RFC 5280) in PEM. node:crypto reads certificates but makes none. */
export function selfSignedCertificate(options: CertificateOptions): string {
  const key = createPrivateKey(options.keyPem)
  const algorithm = sequence(oid('1.2.840.10045.4.3.2')) // ecdsa-with-SHA256
  const name = sequence(tlv(0x31, sequence(oid('2.5.4.3'), tlv(0x0c, Buffer.from(options.commonName)))))
  const serial = tlv(0x02, Buffer.concat([Buffer.of(0x01), randomBytes(15)]))
  const altNames = options.altNames.map((alt) =>
    isIP(alt) === 4 ? tlv(0x87, Buffer.from(alt.split('.').map(Number))) : tlv(0x82, Buffer.from(alt)),
  )
  const subjectAltName = sequence(oid('2.5.29.17'), tlv(0x04, sequence(...altNames)))
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.of(2))),
    serial,
    algorithm,
    name,
    sequence(time(options.notBefore), time(options.notAfter)),
    name,
    spki(key),
    tlv(0xa3, sequence(subjectAltName)),
  )
  const signature = tlv(0x03, Buffer.concat([Buffer.of(0), sign('sha256', body, key)]))
  const base64 = sequence(body, algorithm, signature).toString('base64')
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`
}

/** SubjectPublicKeyInfo of a private key, DER. */
export function spki(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' })
}

function tlv(tag: number, value: Buffer): Buffer {
  const { length } = value
  const header =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(header), value])
}

function sequence(...parts: Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts))
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const groups = [arc & 0x7f]
    for (let left = arc >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return tlv(0x06, Buffer.from(bytes))
}

/** GeneralizedTime; RFC 5280 wants UTCTime up to 2049. */
function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '')
  return Number(digits.slice(0, 4)) < 2050 ? tlv(0x17, Buffer.from(digits.slice(2))) : tlv(0x18, Buffer.from(digits))
}
