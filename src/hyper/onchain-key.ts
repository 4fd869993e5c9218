// Owns: the secp256k1 key by which a Buddy signs for contracts, in a file beside its Ed25519 key; the address of the key, and signatures as ecrecover takes them.
// Does not own: what is signed (core/onchain-seal.ts), the curve (evm-lane/secp256k1.ts), how a secret is kept (buddy/key-file.ts).
// Called by: onchain-seals.ts, commands/keygen.ts.

import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { makeSecretFile, readKeyFile, readSecretFile } from '../buddy/key-file.js'
import { AppError } from '../errors.js'
import { halfOrder, recoverPublicKey, signDigest } from '../evm-lane/secp256k1.js'
import { bytesToBigint, concatBytes } from '../primitives.js'
import type { Bytes, Hash32 } from '../primitives.js'
import { bindingPreimage } from './core/onchain-seal.js'
import type { OnchainMember } from './core/onchain-seal.js'
import type { Keccak256 } from './session-id.js'

export type OnchainSigner = OnchainMember & { sign: (digest: Bytes) => Bytes }

/** `buddy.pem` has `buddy.onchain.pem` beside it. */
export function onchainKeyFile(keyFile: string): string {
  return `${keyFile.replace(/\.pem$/, '')}.onchain.pem`
}

/** The key beside that of the Buddy, made when there is none. @throws AppError 'config-invalid', 'store-failed' */
export function openOnchainSigner(keyFile: string, genesisHash: Hash32, keccak256: Keccak256): OnchainSigner {
  const { address, sign } = openOnchainKey(keyFile, keccak256)
  const signer = readKeyFile(keyFile)
  return { key: signer.key, address, binding: signer.sign(bindingPreimage({ hash: keccak256 }, genesisHash, address)), sign }
}

export function openOnchainKey(keyFile: string, keccak256: Keccak256): Pick<OnchainSigner, 'address' | 'sign'> {
  const file = onchainKeyFile(keyFile)
  makeSecretFile(file, () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())
  const { secret, publicKey } = keyIn(file)
  return {
    address: keccak256(publicKey).subarray(12),
    sign: (digest) => {
      const { signature, parity } = signDigest(digest as Hash32, secret)
      return concatBytes(signature, Uint8Array.of(27 + parity))
    },
  }
}

/** As the precompile does it, and as strict about s and v as contracts are; null for what is no signature. */
export function signerAddress(digest: Bytes, signature: Bytes, keccak256: Keccak256): Bytes | null {
  const v = signature[64]
  if (signature.length !== 65 || (v !== 27 && v !== 28) || bytesToBigint(signature.subarray(32, 64)) > halfOrder) return null
  const publicKey = recoverPublicKey(digest as Hash32, signature.subarray(0, 64), v - 27)
  return publicKey === undefined ? null : keccak256(publicKey).subarray(12)
}

function keyIn(file: string): { secret: Hash32; publicKey: Bytes } {
  const pem = readSecretFile(file)
  try {
    const { crv, d, x, y } = createPrivateKey(pem).export({ format: 'jwk' })
    if (crv === 'secp256k1' && d !== undefined && x !== undefined && y !== undefined) {
      const bytes = (text: string): Buffer => Buffer.from(text, 'base64url')
      return { secret: new Uint8Array(bytes(d)) as Hash32, publicKey: new Uint8Array(Buffer.concat([bytes(x), bytes(y)])) }
    }
  } catch {
    // Whatever OpenSSL finds wrong with the text, it is not a key.
  }
  throw new AppError('config-invalid', `${file} is not a secp256k1 private key in PEM`, { file })
}
