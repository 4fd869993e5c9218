// Owns: what a Buddy signs with its secp256k1 key so that contracts can check a Seal by ecrecover; how that key is bound to its Ed25519 key; the bytes of both.
// Does not own: curves and keys (injected, ../onchain-key.ts), gathering (../onchain-seals.ts), the contract (contracts/HyperSealVerifier.sol).
// Called by: the hyper shell, rpc.

import type { Crypto, Hash, Key, Signature } from '../../buddy/core/types.js'
import { ascii, joinBytes } from '../../codec/bytes.js'
import type { Bytes } from '../../codec/bytes.js'
import { blob, decodeWith, fixed, record, uint64 } from '../../codec/fields.js'
import type { Codec } from '../../codec/fields.js'
import { encodeRlp } from '../../codec/rlp.js'
import { bigintToFixed } from '../../primitives.js'
import { keyBytesMax, signatureBytesMax } from './hyper-limits.js'

type Hasher = Pick<Crypto, 'hash'>

/** The Hyper Block that is sealed, and the set that sealed it; its hash commits to all before it. */
export type OnchainClaim = { number: bigint; hash: Hash; setHash: Hash }

/** `binding`: the Buddy's Ed25519 key says that the address is its own. */
export type OnchainMember = { key: Key; address: Bytes; binding: Signature }

/** `signature`: r ‖ s ‖ v by the key of the address over `onchainDigest`. */
export type OnchainSignature = OnchainMember & OnchainClaim & { signature: Bytes }

const codec: Codec<OnchainSignature> = record<OnchainSignature>({
  key: blob(keyBytesMax),
  address: fixed(20),
  binding: blob(signatureBytesMax),
  number: uint64,
  hash: fixed(32),
  setHash: fixed(32),
  signature: fixed(65),
})
const bytesMax = 1_024

export const encodeOnchainSignature = (value: OnchainSignature): Bytes => encodeRlp(codec.put(value))
export const decodeOnchainSignature = (bytes: Bytes): OnchainSignature | null => decodeWith(codec, bytes, bytesMax)

/** EIP-712; the genesis hash is the domain's salt. No chain and no contract is named: a Seal is the same everywhere. */
export function onchainDigest(crypto: Hasher, genesisHash: Hash, { number, hash, setHash }: OnchainClaim): Hash {
  const claim = crypto.hash(
    joinBytes(crypto.hash(ascii('HyperSeal(uint256 number,bytes32 hash,bytes32 setHash)')), bigintToFixed(number, 32), hash, setHash),
  )
  return crypto.hash(joinBytes(Uint8Array.of(0x19, 0x01), domainSeparator(crypto, genesisHash), claim))
}

function domainSeparator(crypto: Hasher, genesisHash: Hash): Hash {
  const type = crypto.hash(ascii('EIP712Domain(string name,string version,bytes32 salt)'))
  return crypto.hash(joinBytes(type, crypto.hash(ascii('Paralane')), crypto.hash(ascii('1')), genesisHash))
}

/** What the Ed25519 key signs: keccak256(rlp(["PSB1", genesisHash, address])). */
export function bindingPreimage(crypto: Hasher, genesisHash: Hash, address: Bytes): Hash {
  return crypto.hash(encodeRlp([ascii('PSB1'), genesisHash, address]))
}
