// Owns: applying one block to a state view: system calls, transactions in order, what comes after them, and the sums a header states.
// Does not own: choosing transactions (builder.ts), checking a foreign header (importer.ts), roots of state (state/).
// Called by: builder, importer.

import type { ReceiptData, Withdrawal } from '../chain-data.js'
import type { Hash32 } from '../../primitives.js'
import { bigintToBytes, bigintToFixed, fromHex } from '../../primitives.js'
import type { BlockEnv } from './block-env.js'
import type { TxExecutor } from './executor.js'
import type { HeaderData } from '../chain-data.js'
import { collectRequests, requestsHash } from './requests.js'
import type { StateView } from './state/state-view.js'
import type { LaneTx } from './tx.js'

export const beaconRootsAddress = fromHex('000f3df6d732807ef1319fb7b8bb8522d0beac02')
export const blockHashesAddress = fromHex('0000f90827f1c53a10cb7a02335b175320002935')
const beaconRootsLength = 8_191n
const blockHashesLength = 8_191n

export type BlockStart = { parentHash: Hash32 }
export type BlockResult = {
  receipts: ReceiptData[]
  gasUsed: bigint
  blobGasUsed: bigint
  logsBloom: Uint8Array
  requestsHash: Hash32 | null
}

export class BlockExecution {
  readonly env: BlockEnv
  readonly receipts: ReceiptData[] = []
  readonly txs: LaneTx[] = []
  gasUsed = 0n
  blobGasUsed = 0n
  private readonly state: StateView
  private readonly executor: TxExecutor

  constructor(state: StateView, env: BlockEnv, executor: TxExecutor, start: BlockStart) {
    this.state = state
    this.env = env
    this.executor = executor
    this.storeBlockFacts(start)
  }

  /** EIP-4788 and EIP-2935: what their contracts' system calls store, stored directly. Nothing happens where the contract does not exist. */
  private storeBlockFacts({ parentHash }: BlockStart): void {
    const { common, timestamp, number, beaconRoot } = this.env
    if (common.isActivatedEIP(4788) && beaconRoot !== null && this.state.codeSync(beaconRootsAddress).length > 0) {
      const at = timestamp % beaconRootsLength
      this.state.putSlotSync(beaconRootsAddress, bigintToFixed(at, 32), bigintToBytes(timestamp))
      this.state.putSlotSync(beaconRootsAddress, bigintToFixed(at + beaconRootsLength, 32), beaconRoot)
    }
    if (common.isActivatedEIP(2935) && number > 0n && this.state.codeSync(blockHashesAddress).length > 0) {
      this.state.putSlotSync(blockHashesAddress, bigintToFixed((number - 1n) % blockHashesLength, 32), parentHash)
    }
  }

  /** @throws AppError 'tx-rejected'; the block is then as before. */
  async include(tx: LaneTx): Promise<ReceiptData> {
    const pending = this.executor.execute(tx, this.gasUsed)
    const receipt = pending instanceof Promise ? await pending : pending
    this.receipts.push(receipt)
    this.txs.push(tx)
    this.gasUsed = receipt.cumulativeGasUsed
    this.blobGasUsed += receipt.blobGasUsed ?? 0n
    return receipt
  }

  /** Takes in what was executed elsewhere on the same state; its receipt counts on from gasUsed. */
  append(tx: LaneTx, receipt: ReceiptData): void {
    this.receipts.push(receipt)
    this.txs.push(tx)
    this.gasUsed = receipt.cumulativeGasUsed
    this.blobGasUsed += receipt.blobGasUsed ?? 0n
  }

  /**
   * `tail`: what a foreign chain's blocks mint; null for a lane's own, which mint nothing whatever their fork says: supply over lanes is constant (S11).
   * @throws AppError 'block-invalid' when a system call that must work does not (EIP-7002, EIP-7251). */
  async finish(tail: { withdrawals: Withdrawal[]; uncles: HeaderData[] } | null): Promise<BlockResult> {
    const { common } = this.env
    let hash: Hash32 | null = null
    for (const w of tail?.withdrawals ?? []) this.reward(w.address, w.amount * 1_000_000_000n)
    if (tail !== null && common.consensusType() === 'pow') this.payMiner(tail.uncles)
    if (common.isActivatedEIP(7685)) hash = requestsHash(await collectRequests(this.state, this.executor, this.env, this.receipts))
    return { receipts: this.receipts, gasUsed: this.gasUsed, blobGasUsed: this.blobGasUsed, logsBloom: unionBloom(this.receipts), requestsHash: hash }
  }

  /** Touches the account also with nothing, which removes it if it is empty (EIP-158). */
  private reward(address: Uint8Array, amount: bigint): void {
    const account = this.state.accountSync(address)
    if (amount === 0n && account === undefined && this.env.common.gteHardfork('spuriousDragon')) return
    this.state.addBalanceSync(address, amount)
    const after = this.state.accountSync(address)
    const empty = after !== undefined && after.balance === 0n && after.nonce === 0n && this.state.codeSync(address).length === 0
    if (empty && this.env.common.gteHardfork('spuriousDragon')) this.state.putAccountSync(address, undefined)
  }

  private payMiner(uncles: HeaderData[]): void {
    const base = this.env.common.param('minerReward')
    for (const uncle of uncles) this.reward(uncle.coinbase, ((8n - (this.env.number - uncle.number)) * base) / 8n)
    this.reward(this.env.coinbase, base + (base / 32n) * BigInt(uncles.length))
  }

  close(): void {
    this.executor.close()
  }
}

function unionBloom(receipts: ReceiptData[]): Uint8Array {
  const bloom = new Uint8Array(256)
  for (const receipt of receipts) {
    if (receipt.logs.length === 0) continue
    for (let i = 0; i < 256; i++) bloom[i] = (bloom[i] as number) | (receipt.logsBloom[i] as number)
  }
  return bloom
}

/** What is left of a block for a transaction, as a check before executing it. */
export function fits(execution: BlockExecution, tx: LaneTx): boolean {
  return execution.gasUsed + tx.gasLimit <= execution.env.gasLimit
}
