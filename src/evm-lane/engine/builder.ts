// Owns: making the next block of a lane: its header's free fields, which transactions go in, and the finished block with its state.
// Does not own: when a block is made (producer.ts), writing it (committer.ts), single executions (executor.ts).
// Called by: producer, pending.

import { AppError } from '../../errors.js'
import type { Hash32 } from '../../primitives.js'
import { concatBytes } from '../../primitives.js'
import type { HeaderData, ReceiptData } from '../chain-data.js'
import type { LaneSpec } from '../lane-spec.js'
import { BlockExecution, fits } from './block-execution.js'
import type { BlockResult } from './block-execution.js'
import type { BlockEnv } from './block-env.js'
import { encodeConsensusReceipt } from './chain/receipt-codec.js'
import type { BlockEntry } from './chain/chain-store.js'
import { LaneExecutor } from './executor.js'
import { blobGasPrice, gasPerBlob, nextBaseFee, nextExcessBlobGas, nextGasLimit } from './fee-rules.js'
import type { ForkSchedule } from './fork-schedule.js'
import { emptyListHash, emptyTrieRoot, encodeBlock, encodeHeader, sealHeader, zeroHash } from './header.js'
import type { LaneParts } from './lane-parts.js'
import { keccak256 } from './keccak.js'
import type { Peers } from './peer-history.js'
import type { Sealed } from './state/lane-state.js'
import { indexTrieRoot } from './state/index-trie.js'
import type { StateView } from './state/state-view.js'
import type { Crossers } from './session/crossers.js'
import { leavingPerSenderMax } from './session/hand-over.js'
import type { LaneTx } from './tx.js'
import { TxOrder } from './tx-order.js'

export type BuiltBlock = { entry: BlockEntry; sealed: Sealed; view: StateView }
/** Its transactions are executed. Its roots cost more than a few transactions do, so who wants no block without any does not finish it. */
export type FilledBlock = {
  txCount: number
  rejected: LaneTx[]
  leaving: Leaving[]
  /** undefined: the head moved meanwhile or is about to, which happens to those who do not make it move themselves (pending.ts). */
  finish: () => Promise<BuiltBlock | undefined>
  close: () => void
}

/** A transaction that calls into another lane: it is not in the block and waits for a session (S1). `chainId` null: it was not tried, so nobody knows. */
export type Leaving = { tx: LaneTx; chainId: number | null }

/** Bounds of one block besides its gas. */
export type BuildBounds = {
  /** Stop adding transactions after this much wall time; what is in stays in. */
  ms: number
  txs: number
}

export const buildBounds: BuildBounds = { ms: 400, txs: 20_000 }
/** After this long in one go the thread answers other requests before it continues. */
const yieldEveryMs = 8

const randaoDomain = Buffer.from('paralane prevRandao')

/**
 * EIP-4399 value of the child of `parent` on a Hyper Block (H4); zero where there is none. Whoever proposes Hyper Blocks or makes lane blocks can predict
 * it: contracts that need unpredictable numbers must not use it.
 */
export function prevRandaoAfter(parent: HeaderData, hyperHash: Hash32): Hash32 {
  return keccak256(concatBytes(randaoDomain, hyperHash, parent.hash))
}

/** Environment of the block after `parent` at a timestamp (Unix seconds). */
export function nextEnv(parts: { spec: LaneSpec; forks: ForkSchedule; hyper: { hash: Hash32 } }, parent: HeaderData, timestamp: bigint): BlockEnv {
  const number = parent.number + 1n
  const common = parts.forks.commonAt(number, timestamp)
  // A header of before Cancun has no place for it, so that nobody could check what was derived from it.
  const beaconRoot = common.isActivatedEIP(4788) ? parts.hyper.hash : null
  return {
    number,
    timestamp,
    common,
    coinbase: parts.spec.coinbase,
    gasLimit: nextGasLimit(parent.gasLimit, parts.spec.gasLimit),
    baseFee: nextBaseFee(parent, common),
    difficulty: 0n,
    prevRandao: prevRandaoAfter(parent, beaconRoot ?? zeroHash),
    beaconRoot,
    excessBlobGas: nextExcessBlobGas(parent, common),
  }
}

/** The next block, whatever is in it; nothing is visible until it is committed. `candidates`: executable transactions by sender. undefined: as FilledBlock.finish. */
export async function buildBlock(parts: LaneParts, candidates: LaneTx[][], nowMs: number, bounds: BuildBounds): Promise<BuiltBlock | undefined> {
  const filled = await fillBlock(parts, candidates, nowMs, bounds)
  try {
    return await filled.finish()
  } finally {
    filled.close()
  }
}

/** Whoever fills a block closes it. */
export async function fillBlock(parts: LaneParts, candidates: LaneTx[][], nowMs: number, bounds: BuildBounds): Promise<FilledBlock> {
  const parent = parts.chain.head.block.header
  const seconds = BigInt(Math.floor(nowMs / 1_000))
  const env = nextEnv(parts, parent, seconds > parent.timestamp ? seconds : parent.timestamp)
  const view = parts.state.view()
  const blockHashes = (number: bigint): Hash32 | undefined => parts.chain.recentHash(number)
  const { crossing } = parts
  const executor = new LaneExecutor({ slots: parts.slots, state: view, env, blockHashes, crossing })
  const execution = new BlockExecution(view, env, executor, { parentHash: parent.hash })
  const finish = async (): Promise<BuiltBlock | undefined> => {
    const result = await execution.finish(null)
    if (parts.chain.head.block.header !== parent || parts.state.headNumber !== parent.number) return undefined
    return finishBlock(parts, { view, env, execution, result, parent, nowMs, peers: crossing.peers })
  }
  const close = (): void => execution.close()
  try {
    const left = await fill(execution, new TxOrder(candidates, env.baseFee ?? 0n), parts.crossers, bounds)
    return { ...left, txCount: execution.txs.length, finish, close }
  } catch (error) {
    close()
    throw error
  }
}

async function fill(
  execution: BlockExecution,
  order: TxOrder,
  crossers: Crossers,
  bounds: BuildBounds,
): Promise<{ rejected: LaneTx[]; leaving: Leaving[] }> {
  const rejected: LaneTx[] = []
  const leaving: Leaving[] = []
  const { common } = execution.env
  const blobGasMax = common.isActivatedEIP(4844) ? common.getBlobGasSchedule().maxBlobGasPerBlock : 0n
  /** How many of a sender's were handed over; what follows them here can only be handed over too. */
  const gone = new Map<string, number>()
  let started = performance.now()
  let resumed = started
  for (let tx = order.peek(); tx !== undefined && execution.txs.length < bounds.txs; tx = order.peek()) {
    if (!fits(execution, tx) || !blobsFit(execution, tx, blobGasMax)) {
      order.leaveOut()
      continue
    }
    const known = crossers.of(tx)
    const before = performance.now()
    if (known !== undefined || !crossers.mayTry(tx, before)) {
      leaving.push({ tx, chainId: known ?? null })
      const count = (gone.get(tx.senderKey) ?? 0) + 1
      gone.set(tx.senderKey, count)
      if (count < leavingPerSenderMax) order.take()
      else order.leaveOut()
      continue
    }
    if (gone.has(tx.senderKey)) {
      order.leaveOut()
      continue
    }
    try {
      await execution.include(tx)
      order.take()
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      if (error.code === 'tx-leaves') {
        leaving.push({ tx, chainId: crossers.learn(tx, Number(error.data?.['chainId'])) })
        const after = performance.now()
        crossers.triedInVain(after - before, after)
        // Those that stay have the block's whole time.
        started += after - before
      } else if (error.code === 'tx-rejected') rejected.push(tx)
      else throw error
      order.leaveOut()
    }
    const now = performance.now()
    if (now - started > bounds.ms) break
    if (now - resumed > yieldEveryMs) {
      await new Promise(setImmediate)
      resumed = performance.now()
    }
  }
  return { rejected, leaving }
}

/** A blob fee cap below the price of today waits for another block, as a fee cap below the base fee does. */
function blobsFit(execution: BlockExecution, tx: LaneTx, blobGasMax: bigint): boolean {
  if (tx.blobs === 0) return true
  const lib = tx.lib()
  const payable = !('maxFeePerBlobGas' in lib) || lib.maxFeePerBlobGas >= blobGasPrice(execution.env.excessBlobGas ?? 0n, execution.env.common)
  return payable && execution.blobGasUsed + BigInt(tx.blobs) * gasPerBlob <= blobGasMax
}

type Finish = { view: StateView; env: BlockEnv; execution: BlockExecution; result: BlockResult; parent: HeaderData; nowMs: number; peers: Peers }

export function finishBlock(parts: LaneParts, { view, env, execution, result, parent, nowMs, peers }: Finish): BuiltBlock {
  const sealed = parts.state.seal(view, env.number)
  const fields = {
    parentHash: parent.hash,
    uncleHash: emptyListHash,
    coinbase: env.coinbase,
    stateRoot: sealed.stateRoot,
    transactionsRoot: transactionsRoot(execution.txs),
    receiptsRoot: receiptsRoot(result.receipts),
    logsBloom: result.logsBloom,
    difficulty: 0n,
    number: env.number,
    gasLimit: env.gasLimit,
    gasUsed: result.gasUsed,
    timestamp: env.timestamp,
    extraData: parts.spec.extraData,
    mixHash: env.prevRandao,
    nonce: new Uint8Array(8),
    ...forkFields(env, result),
  }
  const encoded = encodeHeader(fields)
  const header = sealHeader(fields, encoded)
  const withdrawals = env.common.isActivatedEIP(4895) ? [] : null
  const block = { header, transactions: execution.txs.map((tx) => tx.raw), uncles: [], withdrawals }
  return {
    entry: { block, txs: execution.txs, receipts: result.receipts, timestampMs: nowMs, rlp: encodeBlock(block, encoded), peers },
    sealed,
    view,
  }
}

/** Header fields that exist since some fork. */
function forkFields(env: BlockEnv, result: BlockResult): Partial<HeaderData> {
  const fields: Partial<HeaderData> = {}
  if (env.baseFee !== null) fields.baseFeePerGas = env.baseFee
  if (env.common.isActivatedEIP(4895)) fields.withdrawalsRoot = emptyTrieRoot
  if (env.excessBlobGas !== null && env.beaconRoot !== null) {
    fields.blobGasUsed = result.blobGasUsed
    fields.excessBlobGas = env.excessBlobGas
    fields.parentBeaconBlockRoot = env.beaconRoot
  }
  if (result.requestsHash !== null) fields.requestsHash = result.requestsHash
  return fields
}

export function transactionsRoot(txs: LaneTx[]): Hash32 {
  return txs.length === 0 ? emptyTrieRoot : indexTrieRoot(txs.map((tx) => tx.raw))
}

export function receiptsRoot(receipts: ReceiptData[]): Hash32 {
  return receipts.length === 0 ? emptyTrieRoot : indexTrieRoot(receipts.map(encodeConsensusReceipt))
}
