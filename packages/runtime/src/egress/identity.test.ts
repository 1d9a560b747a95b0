import { createHash, createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { selfSignedCertificate } from './der.ts'
import { createGateIdentity, loadGateIdentity } from './identity.ts'

const NOW = Date.UTC(2030, 0, 2, 3, 4, 5)
const YEAR_MS = 365 * 86_400_000

describe('the identity of a gate', () => {
  test('is a key and a certificate for it, which it signed itself', () => {
    const { keyPem, certificatePem } = createGateIdentity({ now: NOW })
    const certificate = new X509Certificate(certificatePem)
    expect(certificate.checkPrivateKey(createPrivateKey(keyPem))).toBe(true)
    expect(certificate.verify(createPublicKey(keyPem))).toBe(true)
    expect(certificate.subject).toBe('CN=RefBot gate')
    expect(certificate.issuer).toBe(certificate.subject)
    expect(certificate.checkHost('x.gate.invalid')).toBe('*.gate.invalid')
    expect(certificate.validFromDate.getTime()).toBeLessThan(NOW)
    expect(certificate.validToDate.getTime()).toBeGreaterThan(NOW + 9 * YEAR_MS)
  })

  test('is known to a browser by the hash of its public key', () => {
    const { certificatePem, spki } = createGateIdentity()
    const der = new X509Certificate(certificatePem).publicKey.export({ type: 'spki', format: 'der' })
    expect(spki).toBe(createHash('sha256').update(der).digest('base64'))
  })

  test('survives as its key alone', () => {
    const made = createGateIdentity()
    const loaded = loadGateIdentity(made.keyPem)
    expect(loaded.spki).toBe(made.spki)
    expect(new X509Certificate(loaded.certificatePem).checkPrivateKey(createPrivateKey(made.keyPem))).toBe(true)
  })

  test('differs between installations, and its serial between certificates', () => {
    const [one, two] = [createGateIdentity(), createGateIdentity()]
    expect(one.spki).not.toBe(two.spki)
    const again = loadGateIdentity(one.keyPem)
    expect(new X509Certificate(again.certificatePem).serialNumber).not.toBe(
      new X509Certificate(one.certificatePem).serialNumber,
    )
  })

  test.each(['', 'banana', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'])(
    'is not made of %j',
    (text) => {
      expect(() => loadGateIdentity(text)).toThrowError(expect.objectContaining({ code: 'GATE_KEY_INVALID' }))
    },
  )
})

describe('a certificate', () => {
  const { keyPem } = createGateIdentity()

  test.each([
    ['within a century', Date.UTC(1999, 11, 31, 23, 59, 59), Date.UTC(2049, 11, 31, 23, 59, 59)],
    ['across 2050, where the format of times changes', Date.UTC(2049, 11, 31), Date.UTC(2050, 0, 1)],
  ])('keeps its times to the second: %s', (_name, notBefore, notAfter) => {
    const pem = selfSignedCertificate({ keyPem, commonName: 'x', altNames: [], notBefore, notAfter })
    const { validFromDate, validToDate } = new X509Certificate(pem)
    expect([validFromDate.getTime(), validToDate.getTime()]).toEqual([notBefore, notAfter])
  })

  test('is well-formed whatever its size', () => {
    for (const count of [0, 1, 5, 20, 100, 1000]) {
      const altNames = Array.from({ length: count }, (_, i) =>
        i % 2 === 0 ? `host-${i}.test` : `127.0.${i >> 8}.${i & 255}`,
      )
      const pem = selfSignedCertificate({ keyPem, commonName: 'x', altNames, notBefore: NOW, notAfter: NOW + 1000 })
      const certificate = new X509Certificate(pem)
      expect(certificate.subjectAltName?.split(', ') ?? []).toHaveLength(count === 0 ? 1 : count)
      if (count > 1) expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1')
    }
  })
})
