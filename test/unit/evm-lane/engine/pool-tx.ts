// Owns: transactions of made-up senders for tests of the pool: everything but the signature is real.
// Called by: txpool*.test.ts, tx-order.test.ts, crossers.test.ts.

import { createFeeMarket1559Tx, createLegacyTx } from '@ethereumjs/tx'
import { laneCrypto } from '../../../../src/evm-lane/engine/crypto.js'
import { ForkSchedule, ownChainRules } from '../../../../src/evm-lane/engine/fork-schedule.js'
import type { PoolLimits } from '../../../../src/evm-lane/lane-spec.js'
import { decodeTx } from '../../../../src/evm-lane/engine/tx.js'
import type { LaneTx } from '../../../../src/evm-lane/engine/tx.js'
import { bigintToFixed } from '../../../../src/primitives.js'

export const common = new ForkSchedule(ownChainRules(77_000, null), laneCrypto).commonAt(1n, 1n)

export const poolLimits: PoolLimits = { pendingMax: 100, queuedMax: 100, perSenderMax: 50, txBytesMax: 131_072, priceBumpPercent: 10, minTip: 1n }

export const senderOf = (n: number): Uint8Array => bigintToFixed(BigInt(n + 1), 20)

export type TxFields = {
  sender: number
  nonce: number
  tip?: bigint
  cap?: bigint
  gas?: bigint
  value?: bigint
  data?: Uint8Array
  gasPrice?: bigint
  to?: Uint8Array
}

export function poolTx({
  sender,
  nonce,
  tip = 10n,
  cap = 1_000n,
  gas = 21_000n,
  value = 0n,
  data = new Uint8Array(0),
  gasPrice,
  to = senderOf(99),
}: TxFields): LaneTx {
  // A signature of the right form; nobody recovers it, for the sender is given. r makes the bytes of two senders differ.
  const fields = { nonce: BigInt(nonce), gasLimit: gas, to, value, data, r: BigInt(sender + 1), s: 1n }
  const lib =
    gasPrice === undefined
      ? createFeeMarket1559Tx({ ...fields, v: 0n, chainId: 77_000n, maxFeePerGas: cap, maxPriorityFeePerGas: tip }, { common, freeze: false })
      : createLegacyTx({ ...fields, v: 27n, gasPrice }, { common, freeze: false })
  return decodeTx(lib.serialize(), common, senderOf(sender))
}
