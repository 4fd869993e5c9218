// Owns: Ed25519 with node:crypto: a Buddy's key, its file, signing and verifying.
// Does not own: what is signed (core/signing.ts, handshake.ts).
// Called by: embedded.ts, commands, the TCP transport; tests.

import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { keyOf } from '../codec/bytes.js'
import type { Bytes } from '../codec/bytes.js'
import type { Key, Signature } from './core/types.js'
import { keysKeptMax } from './limits.js'

export type Signer = { key: Key; sign: (message: Bytes) => Signature }
export type Verify = (key: Key, message: Bytes, signature: Signature) => boolean

const publicKeyBytes = 32
const signatureBytes = 64
/** SubjectPublicKeyInfo of Ed25519 is this, then the 32 bytes of the key (RFC 8410). */
const spkiHead = Buffer.from('302a300506032b6570032100', 'hex')

export function createSigner(privateKey: KeyObject): Signer {
  const key = rawPublicKey(privateKey)
  return { key, sign: (message) => new Uint8Array(sign(null, message, privateKey)) }
}

export function newPrivateKey(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey
}

/** PKCS#8 in PEM, as openssl reads and writes it; null for anything but an Ed25519 key. */
export function privateKeyFromPem(pem: string): KeyObject | null {
  try {
    const key = createPrivateKey(pem)
    return key.asymmetricKeyType === 'ed25519' ? key : null
  } catch {
    // Whatever OpenSSL finds wrong with the text, it is not a key.
    return null
  }
}

/** RFC 8032 as OpenSSL does it. Parsed keys are kept: parsing costs a third of a verification. */
export function createVerifier(): Verify {
  const parsed = new Map<string, KeyObject>()
  const parse = (key: Key): KeyObject => {
    const name = keyOf(key)
    const known = parsed.get(name)
    if (known !== undefined) return known
    const made = createPublicKey({ key: Buffer.concat([spkiHead, key]), format: 'der', type: 'spki' })
    const [oldest] = parsed.keys()
    if (parsed.size >= keysKeptMax && oldest !== undefined) parsed.delete(oldest)
    parsed.set(name, made)
    return made
  }
  return (key, message, signature) => {
    if (key.length !== publicKeyBytes || signature.length !== signatureBytes) return false
    return verify(null, message, parse(key), signature)
  }
}

function rawPublicKey(privateKey: KeyObject): Key {
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return new Uint8Array(der.subarray(der.length - publicKeyBytes))
}
