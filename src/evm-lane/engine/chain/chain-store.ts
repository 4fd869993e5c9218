// Owns: blocks and receipts of the lane in its store, with the indexes that find them, and a cache of the newest.
// Does not own: state, or the batch in which they are written (committer.ts makes one of all, L4).
// Called by: builder and importer (ops), query (reads).

import type { Common } from '@ethereumjs/common'
import { RLP } from '@ethereumjs/rlp'
import { lane, metaKey, readU64, tableKey, u64 } from '../../../schema.js'
import type { Store, StoreOp } from '../../../store/store.js'
import type { ReceiptData } from '../../chain-data.js'
import { assert } from '../../../assert.js'
import { AppError } from '../../../errors.js'
import { bareHex, bigintToBytes, bytesToBigint, concatBytes } from '../../../primitives.js'
import type { Bytes, Hash32 } from '../../../primitives.js'
import type { ForkSchedule } from '../fork-schedule.js'
import { decodeBlock } from '../header.js'
import type { Block } from '../header.js'
import { encodeRlp } from '../../../codec/rlp.js'
import { decodeTx } from '../tx.js'
import type { LaneTx } from '../tx.js'
import { logIndexOps } from './log-index.js'
import type { SessionLink } from '../../session-protocol.js'
import { decodeSystemTx, systemTxType } from '../system-tx.js'
import { decodeLinks, encodeLinks } from './link-codec.js'
import type { Nested } from './link-codec.js'
import { decodeReceipts, encodeReceipts } from './receipt-codec.js'

/** A block with all that readers ask of it. */
export type BlockEntry = {
  block: Block
  txs: LaneTx[]
  receipts: ReceiptData[]
  timestampMs: number | null
  /** RLP of the block. */
  rlp: Bytes
  /** For a block of sessions: the session of each transaction. */
  links?: (SessionLink | null)[]
  /** Other lanes that its execution could reach, kept by peer-history.ts; absent on chains that are part of nothing, and on entries read back. */
  peers?: ReadonlySet<number>
}

export type TxPlace = { number: bigint; index: number }

/** Blocks whose hash BLOCKHASH may ask for. */
const hashesMax = 256
/** Transactions of the newest blocks kept decoded, in whole blocks: under load more would live just long enough to be expensive to collect. */
const recentTxsMax = 1_024

export class ChainStore {
  private readonly store: Store
  private readonly forks: ForkSchedule
  /** Oldest first. */
  private readonly recent = new Map<bigint, BlockEntry>()
  private recentTxs = 0
  private readonly hashes = new Map<bigint, Hash32>()
  /** Of those in `hashes`, in hex. */
  private readonly numberOfHash = new Map<string, bigint>()
  private readonly placeOfTx = new Map<string, TxPlace>()
  private headEntry: BlockEntry | undefined

  constructor(store: Store, forks: ForkSchedule) {
    this.store = store
    this.forks = forks
  }

  get head(): BlockEntry {
    assert(this.headEntry !== undefined, 'the chain has a head')
    return this.headEntry
  }

  /** Number of the newest durable block, or undefined in an empty store. */
  async storedHead(): Promise<bigint | undefined> {
    const bytes = await this.store.get(metaKey('head'))
    return bytes === undefined ? undefined : readU64(bytes)
  }

  /** Loads the head and the hashes BLOCKHASH may ask for. */
  async load(head: bigint): Promise<void> {
    const first = head >= BigInt(hashesMax) ? head - BigInt(hashesMax) + 1n : 0n
    for (let number = first; number <= head; number++) {
      const entry = await this.read(number)
      if (entry === undefined) throw new AppError('store-corrupt', `block ${number} is missing below the head ${head}`)
      this.publish(entry)
    }
  }

  /** What makes the entry durable; goes into one batch with the state of the block. */
  ops(entry: BlockEntry): StoreOp[] {
    const { block, txs, receipts, timestampMs } = entry
    const number = u64(block.header.number)
    const senders = concatBytes(...txs.map((tx) => tx.sender))
    const meta = encodeRlp([
      block.header.hash,
      timestampMs === null ? new Uint8Array(0) : bigintToBytes(BigInt(timestampMs)),
      senders,
      encodeLinks(entry.links ?? []),
    ])
    const ops: StoreOp[] = [
      { type: 'put', key: tableKey(lane.blocks, number), value: entry.rlp },
      { type: 'put', key: tableKey(lane.blockMeta, number), value: meta },
      { type: 'put', key: tableKey(lane.receipts, number), value: encodeReceipts(receipts) },
      { type: 'put', key: tableKey(lane.hashToNumber, block.header.hash), value: number },
      { type: 'put', key: metaKey('head'), value: number },
    ]
    txs.forEach((tx, index) => {
      const value = new Uint8Array(12)
      value.set(number)
      new DataView(value.buffer).setUint32(8, index)
      ops.push({ type: 'put', key: tableKey(lane.txLookup, tx.hash), value })
    })
    logIndexOps(block.header.number, receipts, ops)
    return ops
  }

  /** Makes a durable entry the head that readers see. */
  publish(entry: BlockEntry): void {
    const { number, hash } = entry.block.header
    this.headEntry = entry
    this.hashes.set(number, hash)
    this.numberOfHash.set(bareHex(hash), number)
    const oldHash = this.hashes.get(number - BigInt(hashesMax))
    if (oldHash !== undefined) this.numberOfHash.delete(bareHex(oldHash))
    this.hashes.delete(number - BigInt(hashesMax))
    this.recentTxs += entry.txs.length - (this.recent.get(number)?.txs.length ?? 0)
    this.recent.set(number, entry)
    entry.txs.forEach((tx, index) => this.placeOfTx.set(tx.hashKey, { number, index }))
    this.forgetOld()
  }

  private forgetOld(): void {
    for (const [number, { txs }] of this.recent) {
      const few = this.recentTxs <= recentTxsMax && this.recent.size <= hashesMax
      if (few || number === this.head.block.header.number) return
      this.recent.delete(number)
      this.recentTxs -= txs.length
      for (const tx of txs) this.placeOfTx.delete(tx.hashKey)
    }
  }

  /** Makes a block the head that was written behind this object's back. */
  async publishStored(number: bigint): Promise<void> {
    const entry = await this.read(number)
    if (entry === undefined) throw new AppError('store-corrupt', `block ${number} was written and is not there`)
    this.publish(entry)
  }

  /** Hash of one of the 256 newest blocks. */
  recentHash(number: bigint): Hash32 | undefined {
    return this.hashes.get(number)
  }

  /** Hash of any block up to the head. */
  async hashOf(number: bigint): Promise<Hash32 | undefined> {
    return (await this.entry(number))?.block.header.hash
  }

  async entry(number: bigint): Promise<BlockEntry | undefined> {
    if (number > this.head.block.header.number) return undefined
    return this.recent.get(number) ?? (await this.read(number))
  }

  async numberOf(hash: Hash32): Promise<bigint | undefined> {
    const recent = this.numberOfHash.get(bareHex(hash))
    if (recent !== undefined) return recent
    const bytes = await this.store.get(tableKey(lane.hashToNumber, hash))
    return bytes === undefined ? undefined : this.published(readU64(bytes))
  }

  async txPlace(hash: Hash32): Promise<TxPlace | undefined> {
    const recent = this.placeOfTx.get(bareHex(hash))
    if (recent !== undefined) return recent
    const bytes = await this.store.get(tableKey(lane.txLookup, hash))
    if (bytes === undefined) return undefined
    const number = this.published(readU64(bytes))
    return number === undefined ? undefined : { number, index: new DataView(bytes.buffer, bytes.byteOffset).getUint32(8) }
  }

  /** A block whose batch is being written may already be readable in the store; it counts only once published. */
  private published(number: bigint): bigint | undefined {
    return number <= this.head.block.header.number ? number : undefined
  }

  private async read(number: bigint): Promise<BlockEntry | undefined> {
    const key = u64(number)
    const [rlp, metaBytes, receiptBytes] = await this.store.getMany([
      tableKey(lane.blocks, key),
      tableKey(lane.blockMeta, key),
      tableKey(lane.receipts, key),
    ])
    if (rlp === undefined || metaBytes === undefined || receiptBytes === undefined) return undefined
    const block = decodeBlock(rlp)
    const [, timestampMs, senders, links] = RLP.decode(metaBytes) as [Bytes, Bytes, Bytes, Nested[] | undefined]
    const common = this.forks.commonAt(number, block.header.timestamp)
    const txs = block.transactions.map((raw, i) => decodeStored(raw, common, senders.subarray(i * 20, i * 20 + 20)))
    const ms = timestampMs.length === 0 ? null : Number(bytesToBigint(timestampMs))
    const entry: BlockEntry = { block, txs, receipts: decodeReceipts(receiptBytes), timestampMs: ms, rlp }
    return links === undefined || links.length === 0 ? entry : { ...entry, links: decodeLinks(links, txs.length) }
  }
}

function decodeStored(raw: Bytes, common: Common, sender: Bytes): LaneTx {
  return raw[0] === systemTxType ? decodeSystemTx(raw) : decodeTx(raw, common, sender)
}
