// Encodes and signs EIP-1559 transactions. Owns no state: nonces and fees are the caller's.
// Called before the clock starts (funding.ts, payments.ts, token.ts).
import { RLP } from '@ethereumjs/rlp'
import type { Account } from './accounts.js'
import { keccak, sign } from './signer.js'

export type Fees = { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint }

export type TransactionFields = {
  chainId: bigint
  nonce: bigint
  fees: Fees
  gasLimit: bigint
  to: Uint8Array | null
  value: bigint
  data: Uint8Array
}

export type SignedTransaction = { raw: Uint8Array; hash: Uint8Array }

const TYPE_EIP1559 = Uint8Array.of(2)
const NO_BYTES = new Uint8Array(0)

export function signTransaction(fields: TransactionFields, account: Account): SignedTransaction {
  const payload = [
    fields.chainId,
    fields.nonce,
    fields.fees.maxPriorityFeePerGas,
    fields.fees.maxFeePerGas,
    fields.gasLimit,
    fields.to ?? NO_BYTES,
    fields.value,
    fields.data,
    [], // access list
  ]
  const { r, s, yParity } = sign(keccak(typed(payload)), account.privateKey)
  const raw = typed([...payload, yParity, r, s])
  return { raw, hash: keccak(raw) }
}

function typed(payload: Parameters<typeof RLP.encode>[0]): Uint8Array {
  return Buffer.concat([TYPE_EIP1559, RLP.encode(payload)])
}
