// Owns: execution of a transaction that only moves value to an account without code, without an EVM.
// Does not own: anything that could run code; it answers null for those.
// Called by: executor.ts. Checked against @ethereumjs/vm by a differential test. EIP-1559, EIP-158, EIP-2718.

import { AppError } from '../../errors.js'
import type { ReceiptData } from '../chain-data.js'
import type { BlockEnv } from './block-env.js'
import { EMPTY_ACCOUNT, hasCode } from './state/records.js'
import type { AccountRecord } from './state/records.js'
import { keyOf } from './state/keys.js'
import type { StateView } from './state/state-view.js'
import type { LaneTx } from './tx.js'

const transferGas = 21_000n
const emptyBloom = new Uint8Array(256)

/** null: not a plain transfer. @throws AppError 'tx-rejected'. */
export function executeTransfer(tx: LaneTx, state: StateView, env: BlockEnv, gasBefore: bigint): ReceiptData | null {
  const { plain } = tx
  const { baseFee } = env
  if (plain === null || baseFee === null) return null
  const { to, value } = plain
  if (isPrecompile(to)) return null
  const toKey = keyOf(to)
  const target = state.account(toKey)
  if (target !== undefined && hasCode(target)) return null
  const fromKey = keyOf(tx.sender)
  const sender = state.account(fromKey)
  if (sender === undefined || hasCode(sender)) return null

  check(tx, sender, baseFee, env, gasBefore)
  const tip = tx.feeCap - baseFee < tx.tipCap ? tx.feeCap - baseFee : tx.tipCap
  const price = baseFee + tip
  state.putAccountByKey(fromKey, { ...sender, nonce: sender.nonce + 1n, balance: sender.balance - value - transferGas * price })
  credit(state, toKey, value)
  credit(state, keyOf(env.coinbase), transferGas * tip)
  return {
    type: tx.type,
    outcome: { kind: 'status', success: true },
    gasUsed: transferGas,
    cumulativeGasUsed: gasBefore + transferGas,
    effectiveGasPrice: price,
    logsBloom: emptyBloom,
    logs: [],
    contractAddress: null,
  }
}

/** Addresses up to 0x01ff are or may become precompiles; the EVM decides about those. */
function isPrecompile(address: Uint8Array): boolean {
  for (let i = 0; i < 18; i++) if (address[i] !== 0) return false
  return (address[18] as number) <= 1
}

function check(tx: LaneTx, sender: AccountRecord, baseFee: bigint, env: BlockEnv, gasBefore: bigint): void {
  if (tx.nonce !== sender.nonce) throw new AppError('tx-rejected', `nonce ${tx.nonce}, account has ${sender.nonce}`)
  if (tx.feeCap < baseFee) throw new AppError('tx-rejected', `max fee per gas ${tx.feeCap} below the base fee ${baseFee}`)
  if (tx.tipCap > tx.feeCap) throw new AppError('tx-rejected', 'max priority fee per gas higher than max fee per gas')
  if (tx.gasLimit < transferGas) throw new AppError('tx-rejected', `intrinsic gas too low: ${tx.gasLimit}`)
  if (gasBefore + tx.gasLimit > env.gasLimit) throw new AppError('tx-rejected', 'gas limit of the block reached', { blockFull: true })
  if (sender.balance < tx.cost) throw new AppError('tx-rejected', `balance ${sender.balance}, cost ${tx.cost}`)
}

/** EIP-161: touching an account that is then empty removes it. */
function credit(state: StateView, key: string, amount: bigint): void {
  const account = state.account(key)
  if (amount === 0n) {
    if (account !== undefined && account.balance === 0n && account.nonce === 0n && !hasCode(account)) state.putAccountByKey(key, undefined)
    return
  }
  const { nonce, balance, codeHash } = account ?? EMPTY_ACCOUNT
  state.putAccountByKey(key, { nonce, balance: balance + amount, codeHash })
}
