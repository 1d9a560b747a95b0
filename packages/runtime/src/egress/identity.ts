import { createHash, createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { RefbotError } from '../errors.ts'
import { selfSignedCertificate, spki } from './der.ts'

/** The key of one installation, by which its browsers know its gate and nobody else's. */
export interface GateIdentity {
  /** PKCS #8 PEM. Keep it as `gate-key` in the data directory, mode 0600. */
  readonly keyPem: string
  readonly certificatePem: string
  /** base64 sha256 of the SubjectPublicKeyInfo, as Chromium's `--ignore-certificate-errors-spki-list` takes it. */
  readonly spki: string
}

const DAY_MS = 86_400_000

/** Makes a new key. Only the key needs to be kept: `loadGateIdentity(keyPem)` makes the rest anew. */
export function createGateIdentity(options: { now?: number } = {}): GateIdentity {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return identityOf(privateKey, options.now ?? Date.now())
}

/**
 * The identity of a kept key.
 *
 * @throws RefbotError `GATE_KEY_INVALID` when the text is no P-256 private key
 */
export function loadGateIdentity(keyPem: string, options: { now?: number } = {}): GateIdentity {
  let curve: string | undefined
  try {
    curve = createPrivateKey(keyPem).asymmetricKeyDetails?.namedCurve
  } catch (cause) {
    throw invalidKey(cause)
  }
  if (curve !== 'prime256v1') throw invalidKey()
  return identityOf(keyPem, options.now ?? Date.now())
}

function identityOf(keyPem: string, now: number): GateIdentity {
  const certificatePem = selfSignedCertificate({
    keyPem,
    commonName: 'RefBot gate',
    altNames: ['*.gate.invalid'],
    notBefore: now - DAY_MS,
    notAfter: now + 3650 * DAY_MS,
  })
  const hash = createHash('sha256')
    .update(spki(createPrivateKey(keyPem)))
    .digest('base64')
  return { keyPem, certificatePem, spki: hash }
}

function invalidKey(cause?: unknown): RefbotError {
  return new RefbotError('GATE_KEY_INVALID', 'The stored gate key is not a P-256 private key in PEM', {
    hint: 'Delete the file gate-key in the data directory; the next start makes a new one.',
    ...(cause === undefined ? {} : { cause }),
  })
}
