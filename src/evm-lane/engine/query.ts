// Owns: reading a lane: what a block reference means, and blocks, transactions, receipts and accounts as plain data.
// Does not own: logs (chain/log-query.ts), simulation (simulate/), fees (fee-oracle.ts).
// Called by: handlers.ts.

import { RLP } from '@ethereumjs/rlp'
import { AppError } from '../../errors.js'
import type { Address, Hash32 } from '../../primitives.js'
import { bytesToBigint, concatBytes, toHex } from '../../primitives.js'
import type { BlockData, BlockRef, HeadInfo, HeaderData, LocatedReceipt, LocatedTx } from '../chain-data.js'
import type { AccountProof as AccountProofData } from '../protocol.js'
import type { BlockEnv } from './block-env.js'
import type { BlockEntry } from './chain/chain-store.js'
import { encodeHeader, zeroHash } from './header.js'
import type { LaneParts } from './lane-parts.js'
import type { PendingBlocks } from './pending.js'
import { keyOf } from './state/keys.js'
import { EMPTY_CODE_HASH, EMPTY_TRIE_ROOT } from './state/records.js'
import type { AccountRecord } from './state/records.js'
import type { StateView } from './state/state-view.js'
import { txData } from './tx-data.js'

/** A block that exists, or the one that would come next. */
export type ResolvedBlock = { entry: BlockEntry; pending: boolean }

export class LaneReader {
  private readonly parts: LaneParts
  private readonly pending: PendingBlocks

  constructor(parts: LaneParts, pending: PendingBlocks) {
    this.parts = parts
    this.pending = pending
  }

  headInfo(): HeadInfo {
    const { block, txs, timestampMs } = this.parts.chain.head
    const { number } = block.header
    return { header: block.header, timestampMs, txCount: txs.length, ...this.parts.hyper.tags(number) }
  }

  /** undefined when there is no such block. */
  async find(at: BlockRef): Promise<ResolvedBlock | undefined> {
    if (at.kind === 'tag' && at.tag === 'pending') return { entry: (await this.pending.get()).entry, pending: true }
    const number = await this.numberOf(at)
    const entry = number === undefined ? undefined : await this.parts.chain.entry(number)
    return entry === undefined ? undefined : { entry, pending: false }
  }

  /** undefined for a hash nobody has; for `pending` the number it will have. */
  async numberOf(at: BlockRef): Promise<bigint | undefined> {
    const head = this.parts.chain.head.block.header.number
    if (at.kind === 'number') return at.number <= head ? at.number : undefined
    if (at.kind === 'hash') return this.parts.chain.numberOf(at.hash)
    switch (at.tag) {
      case 'earliest':
        return 0n
      case 'finalized':
      case 'safe':
        return this.parts.hyper.tags(head)[at.tag]
      case 'latest':
        return head
      case 'pending':
        return head + 1n
    }
  }

  /** @throws AppError 'block-not-found' in geth's words. */
  async require(at: BlockRef): Promise<bigint> {
    const number = await this.numberOf(at)
    if (number !== undefined) return number
    throw new AppError('block-not-found', at.kind === 'hash' ? 'header for hash not found' : 'header not found', {
      hash: at.kind === 'hash' ? toHex(at.hash) : null,
    })
  }

  /** The state a reader of that block sees; reads of old blocks may have to load first. @throws 'block-not-found', 'history-pruned'. */
  async view(at: BlockRef): Promise<StateView> {
    if (at.kind === 'tag' && at.tag === 'pending') return (await this.pending.get()).view.fork()
    return this.parts.state.view(await this.require(at))
  }

  /** State and environment of one and the same block, although the head may move meanwhile. */
  async stage(at: BlockRef): Promise<{ view: StateView; env: BlockEnv }> {
    if (at.kind === 'tag' && at.tag === 'pending') {
      const { view, entry } = await this.pending.get()
      return { view: view.fork(), env: envOf(entry.block.header, this.parts) }
    }
    const number = await this.require(at)
    const view = this.parts.state.view(number)
    const entry = await this.parts.chain.entry(number)
    if (entry === undefined) throw new AppError('block-not-found', 'header not found')
    return { view, env: envOf(entry.block.header, this.parts) }
  }

  async account(address: Address, at: BlockRef): Promise<AccountRecord | undefined> {
    return loadedAccount(await this.view(at), address)
  }

  async code(address: Address, at: BlockRef): Promise<Uint8Array> {
    const view = await this.view(at)
    const account = await loadedAccount(view, address)
    return account === undefined ? new Uint8Array(0) : view.code(account.codeHash)
  }

  async slots(address: Address, slots: Hash32[], at: BlockRef): Promise<Hash32[]> {
    const view = await this.view(at)
    const key = keyOf(address)
    await view.loadAccount(key)
    const out: Hash32[] = []
    for (const slot of slots) {
      await view.loadSlot(key, keyOf(slot))
      const value = view.slot(key, keyOf(slot))
      out.push(concatBytes(new Uint8Array(32 - value.length), value))
    }
    return out
  }

  async transaction(hash: Hash32): Promise<LocatedTx | null> {
    const place = await this.parts.chain.txPlace(hash)
    const entry = place === undefined ? undefined : await this.parts.chain.entry(place.number)
    return entry === undefined || place === undefined ? null : locatedTx(entry, place.index)
  }

  async rawTransaction(hash: Hash32): Promise<Uint8Array | null> {
    const place = await this.parts.chain.txPlace(hash)
    const entry = place === undefined ? undefined : await this.parts.chain.entry(place.number)
    return entry?.txs[place?.index ?? 0]?.raw ?? null
  }

  /** One end of a log range: a number past the head is no error there. */
  async logBound(at: BlockRef): Promise<bigint> {
    return at.kind === 'number' ? at.number : this.require(at)
  }

  async proof(address: Address, slots: Hash32[], at: BlockRef): Promise<AccountProofData> {
    // The pending state has no trie of its own; as in geth its proofs are those of the head.
    const number = await this.require(at.kind === 'tag' && at.tag === 'pending' ? { kind: 'tag', tag: 'latest' } : at)
    const { account, accountProof, storageProof } = await this.parts.state.prove(address, slots, number)
    return {
      balance: account?.balance ?? 0n,
      nonce: account?.nonce ?? 0n,
      codeHash: account?.codeHash ?? EMPTY_CODE_HASH,
      storageHash: account?.storageRoot ?? EMPTY_TRIE_ROOT,
      accountProof,
      storageProof: storageProof.map(({ slot, value, proof }) => ({ slot, value: bytesToBigint(value), proof })),
    }
  }

  async receipt(hash: Hash32): Promise<LocatedReceipt | null> {
    const place = await this.parts.chain.txPlace(hash)
    const entry = place === undefined ? undefined : await this.parts.chain.entry(place.number)
    return entry === undefined || place === undefined ? null : (locatedReceipts(entry, false, place.index)[0] ?? null)
  }
}

async function loadedAccount(view: StateView, address: Address): Promise<AccountRecord | undefined> {
  const key = keyOf(address)
  const loading = view.loadAccount(key)
  if (loading !== undefined) await loading
  return view.account(key)
}

export function envOf(header: HeaderData, parts: Pick<LaneParts, 'forks'>): BlockEnv {
  return {
    number: header.number,
    timestamp: header.timestamp,
    coinbase: header.coinbase,
    gasLimit: header.gasLimit,
    baseFee: header.baseFeePerGas ?? null,
    difficulty: header.difficulty,
    prevRandao: header.mixHash,
    beaconRoot: header.parentBeaconBlockRoot ?? null,
    excessBlobGas: header.excessBlobGas ?? null,
    common: parts.forks.commonAt(header.number, header.timestamp),
  }
}

export function blockData({ entry, pending }: ResolvedBlock, full: boolean): BlockData {
  const { block, txs, timestampMs, rlp } = entry
  return {
    header: pending ? { ...block.header, hash: zeroHash } : block.header,
    pending,
    timestampMs: pending ? null : timestampMs,
    size: rlp.length,
    uncleHashes: block.uncles.map((uncle) => uncle.hash),
    withdrawals: block.withdrawals,
    transactions: full ? { kind: 'full', txs: txs.map(txData) } : { kind: 'hashes', hashes: txs.map((tx) => tx.hash) },
  }
}

export function uncleData(entry: BlockEntry, index: number): { header: HeaderData; size: number } | null {
  const header = entry.block.uncles[index]
  // The size of an ommer is that of a block which holds nothing but its header.
  return header === undefined ? null : { header, size: RLP.encode([RLP.decode(encodeHeader(header)) as Uint8Array[], [], []]).length }
}

export function locatedTx(entry: BlockEntry, index: number): LocatedTx | null {
  const tx = entry.txs[index]
  if (tx === undefined) return null
  const { hash, number, timestamp, baseFeePerGas } = entry.block.header
  return {
    tx: txData(tx),
    position: { blockHash: hash, blockNumber: number, blockTimestamp: timestamp, index, baseFeePerGas: baseFeePerGas ?? null },
  }
}

/** All receipts of a block, or the one at `only`. */
export function locatedReceipts(entry: BlockEntry, pending: boolean, only?: number): LocatedReceipt[] {
  const { hash, number, timestamp } = entry.block.header
  const out: LocatedReceipt[] = []
  let firstLogIndex = 0
  entry.receipts.forEach((receipt, index) => {
    const tx = entry.txs[index]
    if (tx !== undefined && (only === undefined || only === index)) {
      out.push({
        receipt,
        hash: tx.hash,
        from: tx.sender,
        to: tx.to,
        blockHash: pending ? zeroHash : hash,
        blockNumber: number,
        blockTimestamp: timestamp,
        index,
        firstLogIndex,
        ...hyperOf(entry, index),
      })
    }
    firstLogIndex += receipt.logs.length
  })
  return out
}

function hyperOf(entry: BlockEntry, index: number): Pick<LocatedReceipt, 'hyper'> {
  const link = entry.links?.[index] ?? null
  return link === null ? {} : { hyper: link }
}
