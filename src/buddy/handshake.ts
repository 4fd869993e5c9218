// Owns: how two Buddies prove to each other who they are on a new connection, and the keys that bind every later frame to it.
// Does not own: sockets and their order of events (tcp-connection.ts), frames under these keys (frame-cipher.ts).
// Called by: tcp-connection.ts. The reasons are in DESIGN.md.

import { createHash, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync, randomBytes } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { ascii, joinBytes, sameBytes } from '../codec/bytes.js'
import type { Bytes } from '../codec/bytes.js'
import type { Hash, Key } from './core/types.js'
import type { Signer, Verify } from './signer.js'

export type Role = 'dialer' | 'listener'
export type Identity = { signer: Signer; verify: Verify; genesisHash: Hash }
export type Ephemeral = { privateKey: KeyObject; hello: Bytes }
export type TrafficKeys = { send: Bytes; receive: Bytes }
export type Agreed = { transcript: Bytes; keys: TrafficKeys }

const magic = ascii('PBT1')
const rawKeyBytes = 32
const nonceBytes = 32
const hashBytes = 32
export const helloBytes = magic.length + hashBytes + rawKeyBytes + nonceBytes
const signatureBytes = 64
/** Longer and of another form than the 32 bytes that consensus signs: no signature of one serves as the other. */
const domain = ascii('paralane buddy connection 1')
const roleMark: Record<Role, Bytes> = { dialer: ascii('dialer'), listener: ascii('listen') }
/** SubjectPublicKeyInfo of X25519 is this, then the 32 bytes of the key (RFC 8410). */
const spkiHead = Buffer.from('302a300506032b656e032100', 'hex')

/** Both begin with it: "PBT1" ‖ genesis hash ‖ X25519 key of this connection ‖ nonce. */
export function beginHandshake(genesisHash: Hash): Ephemeral {
  const { privateKey, publicKey } = generateKeyPairSync('x25519')
  const der = publicKey.export({ format: 'der', type: 'spki' })
  return { privateKey, hello: joinBytes(magic, genesisHash, der.subarray(der.length - rawKeyBytes), randomBytes(nonceBytes)) }
}

/** Null for a hello of something else, or of another network. */
export function agree(own: Ephemeral, theirs: Bytes, at: { role: Role; genesisHash: Hash }): Agreed | null {
  const expected = joinBytes(magic, at.genesisHash)
  if (theirs.length !== helloBytes || !sameBytes(theirs.subarray(0, expected.length), expected)) return null
  const shared = sharedSecret(own.privateKey, theirs.subarray(expected.length, expected.length + rawKeyBytes))
  if (shared === null) return null
  const [dialer, listener] = at.role === 'dialer' ? [own.hello, theirs] : [theirs, own.hello]
  const transcript = new Uint8Array(createHash('sha256').update(domain).update(dialer).update(listener).digest())
  const stream = new Uint8Array(hkdfSync('sha256', shared, transcript, domain, 2 * rawKeyBytes))
  const [forth, back] = [stream.subarray(0, rawKeyBytes), stream.subarray(rawKeyBytes)]
  return { transcript, keys: at.role === 'dialer' ? { send: forth, receive: back } : { send: back, receive: forth } }
}

/** The first frame of each side, the dialer's first: own key ‖ signature over the role, the transcript and both keys. */
export function proveIdentity({ signer }: Identity, transcript: Bytes, at: { role: Role; peer: Key }): Bytes {
  return joinBytes(signer.key, signer.sign(statement(transcript, at.role, { speaker: signer.key, hearer: at.peer })))
}

/** The key of the other side, which it holds, on this very connection, and which means us; or null. */
export function checkIdentity({ signer, verify }: Identity, transcript: Bytes, at: { role: Role; proof: Bytes }): Key | null {
  const { proof } = at
  if (proof.length !== rawKeyBytes + signatureBytes) return null
  const key = proof.slice(0, rawKeyBytes)
  const said = statement(transcript, at.role === 'dialer' ? 'listener' : 'dialer', { speaker: key, hearer: signer.key })
  return !sameBytes(key, signer.key) && verify(key, said, proof.subarray(rawKeyBytes)) ? key : null
}

function statement(transcript: Bytes, role: Role, { speaker, hearer }: { speaker: Key; hearer: Key }): Bytes {
  return joinBytes(domain, roleMark[role], transcript, speaker, hearer)
}

function sharedSecret(privateKey: KeyObject, theirs: Bytes): Bytes | null {
  try {
    const publicKey = createPublicKey({ key: Buffer.concat([spkiHead, theirs]), format: 'der', type: 'spki' })
    const shared = diffieHellman({ privateKey, publicKey })
    return shared.every((byte) => byte === 0) ? null : shared
  } catch {
    // OpenSSL refuses points of low order, which would make a secret that everybody knows.
    return null
  }
}
