// Owns: a signed transaction inside the lane: decoded once, with its sender, hash and the numbers the pool and the executor ask for.
// Does not own: whether the pool admits it (txpool), or what executing it does (executor).
// Called by: txpool, builder, importer, query (through tx-data.ts).

import type { Common } from '@ethereumjs/common'
import { createBlob4844TxFromSerializedNetworkWrapper, createTxFromRLP, isBlob4844Tx } from '@ethereumjs/tx'
import type { TypedTransaction } from '@ethereumjs/tx'
import { Address as LibAddress } from '@ethereumjs/util'
import { AppError, errorText } from '../../errors.js'
import { bareHex } from '../../primitives.js'
import type { Address, Bytes, Hash32 } from '../../primitives.js'
import { halfOrder } from '../secp256k1.js'
import { gasPerBlob } from './fee-rules.js'
import { keccak256 } from './keccak.js'
import { formFault } from './tx-form.js'
import { decodePlain } from './tx-plain.js'
import type { PlainTransfer } from './tx-plain.js'

/** What a 0x7e transaction states (system-tx.ts). */
export type SystemFields = { sourceHash: Hash32; from: Address; to: Address; mint: bigint; value: bigint; gas: bigint; data: Bytes }

export type LaneTx = {
  /** EIP-2718 bytes as they stand in a block (blobs stripped). */
  raw: Bytes
  hash: Hash32
  /** Bare hex of hash and sender: map keys. */
  hashKey: string
  sender: Address
  senderKey: string
  type: number
  nonce: bigint
  gasLimit: bigint
  /** Most that one gas may cost, wei. */
  feeCap: bigint
  /** Most that the block producer gets per gas, wei. */
  tipCap: bigint
  /** null: a contract creation. */
  to: Address | null
  value: bigint
  /** Most that the transaction may cost its sender, wei. */
  cost: bigint
  blobs: number
  /** A value transfer that carries nothing else; decoded without the library. */
  plain: PlainTransfer | null
  /** Set for a 0x7e transaction only. */
  system?: SystemFields
  /** For the EVM library, built when first asked for. */
  lib: () => TypedTransaction
}

/**
 * Decodes one EIP-2718 transaction. `sender` skips the signature recovery when a pool has done it already.
 * @throws AppError 'tx-malformed', 'tx-type', 'tx-chain', 'tx-sender', 'tx-gas-limit', 'tx-initcode', 'tx-fee-cap', 'tx-blob'.
 */
export function decodeTx(raw: Bytes, common: Common, sender: Address | null): LaneTx {
  const plain = decodePlain(raw, common)
  if (plain !== null) return plainTx(raw, plain, common, sender)
  if (raw.length <= 1 && (raw[0] ?? 0) < 0x80) throw new AppError('tx-malformed', 'typed transaction too short')
  const type = raw[0] as number
  if (type < 0x80 && (type === 0 || type > 4)) throw new AppError('tx-type', 'transaction type not supported')
  const stored = carriesBlobs(raw) ? stripBlobs(raw, common) : raw
  return libTx(parse(stored, common), stored, sender)
}

/** The form in which wallets send a blob transaction: a list of the transaction, its blobs, commitments and proofs. In a block it stands alone. */
function carriesBlobs(raw: Bytes): boolean {
  if (raw[0] !== 3 || raw.length < 3) return false
  const header = raw[1] as number
  const first = raw[header > 0xf7 ? 2 + header - 0xf7 : 2]
  return first !== undefined && first >= 0xc0
}

/** Checks that blobs, commitments, proofs and hashes belong together, then forgets all but the hashes: a lane keeps no blobs. */
function stripBlobs(raw: Bytes, common: Common): Bytes {
  try {
    return createBlob4844TxFromSerializedNetworkWrapper(raw, { common, freeze: false }).serialize()
  } catch (error) {
    throw malformed(error, raw, common)
  }
}

function parse(raw: Bytes, common: Common): TypedTransaction {
  try {
    return createTxFromRLP(raw, { common, freeze: false })
  } catch (error) {
    throw malformed(error, raw, common)
  }
}

function plainTx(raw: Bytes, plain: PlainTransfer, common: Common, knownSender: Address | null): LaneTx {
  let lib: TypedTransaction | undefined
  const sender = knownSender ?? recoverSender(parse(raw, common))
  const hash = keccak256(raw)
  const { type, nonce, gasLimit, feeCap, tipCap, to, value } = plain
  return {
    raw,
    hash,
    hashKey: bareHex(hash),
    sender,
    senderKey: bareHex(sender),
    type,
    nonce,
    gasLimit,
    feeCap,
    tipCap,
    to,
    value,
    cost: value + gasLimit * feeCap,
    blobs: 0,
    plain,
    lib: () => (lib ??= withSender(parse(raw, common), sender)),
  }
}

function libTx(lib: TypedTransaction, raw: Bytes, knownSender: Address | null): LaneTx {
  const sender = knownSender ?? recoverSender(lib)
  withSender(lib, sender)
  const hash = keccak256(raw)
  const feeCap = 'maxFeePerGas' in lib ? lib.maxFeePerGas : lib.gasPrice
  const tipCap = 'maxPriorityFeePerGas' in lib ? lib.maxPriorityFeePerGas : lib.gasPrice
  const blobs = isBlob4844Tx(lib) ? lib.blobVersionedHashes.length : 0
  const blobCost = isBlob4844Tx(lib) ? lib.maxFeePerBlobGas * BigInt(blobs) * gasPerBlob : 0n
  return {
    raw,
    hash,
    hashKey: bareHex(hash),
    sender,
    senderKey: bareHex(sender),
    type: lib.type,
    nonce: lib.nonce,
    gasLimit: lib.gasLimit,
    feeCap,
    tipCap,
    to: lib.to?.bytes ?? null,
    value: lib.value,
    cost: lib.value + lib.gasLimit * feeCap + blobCost,
    blobs,
    plain: null,
    lib: () => lib,
  }
}

/** The library would recover the sender again for every execution. */
function withSender(lib: TypedTransaction, sender: Address): TypedTransaction {
  const address = new LibAddress(sender as Uint8Array<ArrayBuffer>)
  return Object.assign(lib, { getSenderAddress: () => address })
}

/** @throws AppError 'tx-sender' when the signature is no valid one. */
function recoverSender(lib: TypedTransaction): Address {
  if (lib.s === undefined || lib.r === undefined) throw new AppError('tx-sender', 'invalid transaction v, r, s values')
  if (lib.s > halfOrder && lib.common.gteHardfork('homestead')) throw new AppError('tx-sender', 'invalid transaction v, r, s values')
  try {
    return lib.getSenderAddress().bytes
  } catch {
    throw new AppError('tx-sender', 'invalid sender')
  }
}

/** The library's texts mapped to geth's errors, so that tools that match on them understand. */
function malformed(error: unknown, raw: Bytes, common: Common): AppError {
  const text = errorText(error)
  const form = carriesBlobs(raw) ? null : formFault(raw)
  if (form !== null) return new AppError('tx-malformed', form)
  if (/chain ?id/i.test(text)) return new AppError('tx-chain', `invalid chain id for signer: lane has chain id ${common.chainId()}`)
  if (/EIP-7825/.test(text)) return new AppError('tx-gas-limit', 'transaction gas limit too high (cap: 16777216)')
  if (/initcode/i.test(text)) return new AppError('tx-initcode', 'max initcode size exceeded: code size limit 49152')
  if (/maxFeePerGas cannot be less/.test(text)) return new AppError('tx-tip-cap', 'max priority fee per gas higher than max fee per gas')
  if (/exceed MAX_INTEGER/.test(text)) return new AppError('tx-fee-cap', 'max fee per gas higher than 2^256-1')
  if (/not (enabled|activated)/i.test(text)) return new AppError('tx-type', 'transaction type not supported')
  if (/kzg|commitment|versioned hash|wrapper/i.test(text))
    return new AppError('tx-blob', `invalid blob transaction: ${text.split('(')[0]?.trim() ?? text}`)
  if (/signature|yParity|high-s|[^a-z]s-value|\bv\b/i.test(text)) return new AppError('tx-sender', 'invalid transaction v, r, s values')
  return new AppError('tx-malformed', `rlp: ${text.split('(')[0]?.trim() ?? text}`)
}
