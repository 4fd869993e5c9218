// Owns: taking the blocks of a foreign chain, one after another: check, execute, check again, commit. The chain is left as it was when anything does not fit.
// Does not own: the rules (header-rules.ts, ommer-rules.ts).
// Called by: handlers (importBlock), engine (idle, before the store closes).

import { AppError } from '../../errors.js'
import type { Bytes, Hash32 } from '../../primitives.js'
import { equalBytes } from '../../primitives.js'
import type { HeaderData } from '../chain-data.js'
import type { OwnBlock, Request } from '../protocol.js'
import { BlockExecution } from './block-execution.js'
import { blockInvalid } from './block-invalid.js'
import { commitBlock } from './committer.js'
import { LaneExecutor } from './executor.js'
import { checkBody, checkHeader, checkResult } from './header-rules.js'
import { decodeBlock, encodeBlock } from './header.js'
import type { Block } from './header.js'
import type { LaneParts } from './lane-parts.js'
import { importOwnBlock } from './own-importer.js'
import { checkOmmers } from './ommer-rules.js'
import { envOf } from './query.js'
import { decodeTx } from './tx.js'
import type { LaneTx } from './tx.js'

/** `known`: the chain has this very block already, so that an import can be resumed. */
export type Imported = { number: bigint; hash: Hash32; known: boolean }

/** Each block is judged on the head that the one before it left. */
export class Importer {
  private last: Promise<unknown> = Promise.resolve()

  /** @throws AppError 'block-invalid' {number, reason}. */
  take(parts: LaneParts, { rlp, own }: Request<'importBlock'>): Promise<Imported> {
    const next = (): Promise<Imported> => importBlock(parts, rlp, own)
    const taken = this.last.then(next, next)
    this.last = taken
    return taken
  }

  async idle(): Promise<void> {
    await this.last.catch(() => undefined)
  }
}

async function importBlock(parts: LaneParts, rlp: Bytes, own: OwnBlock | undefined): Promise<Imported> {
  const parent = parts.chain.head.block.header
  const block = decode(rlp, parent.number + 1n)
  const { number, hash } = block.header
  if (number <= parent.number) {
    const own = await parts.chain.entry(number)
    if (own !== undefined && equalBytes(own.block.header.hash, hash)) return { number, hash, known: true }
    throw blockInvalid(number, 'the chain has another block at this number')
  }
  if (own === undefined) await importForeign(parts, block, rlp)
  else await importOwnBlock(parts, block, rlp, own)
  return { number, hash, known: false }
}

async function importForeign(parts: LaneParts, block: Block, rlp: Bytes): Promise<void> {
  const parent = parts.chain.head.block.header
  const { number } = block.header
  const env = envOf(block.header, parts)
  checkHeader(block.header, parent, env.common)
  const txs = decodeTxs(block, env.common)
  checkBody(block, txs, env.common)
  await checkOmmers(block, parts)

  const view = parts.state.view()
  const executor = new LaneExecutor({ slots: parts.slots, state: view, env, blockHashes: (n) => parts.chain.recentHash(n) })
  const execution = new BlockExecution(view, env, executor, { parentHash: parent.hash })
  try {
    for (const [index, tx] of txs.entries()) await include(execution, tx, index)
    const result = await execution.finish({ withdrawals: block.withdrawals ?? [], uncles: block.uncles })
    const sealed = parts.state.seal(view, number)
    checkResult(block.header, result, sealed.stateRoot)
    await commitBlock(parts, { block, txs, receipts: result.receipts, timestampMs: null, rlp }, sealed)
  } finally {
    execution.close()
  }
}

function decode(rlp: Bytes, expected: bigint): Block {
  try {
    const block = decodeBlock(rlp)
    if (!equalBytes(encodeBlock(block), rlp)) throw new RangeError('it is not in canonical form or has fields that no fork knows')
    checkWidths(block)
    return block
  } catch (error) {
    throw blockInvalid(expected, `not the RLP of a block: ${(error as Error).message}`)
  }
}

function checkWidths({ header, uncles, withdrawals }: Block): void {
  const hash = (h: HeaderData): (Bytes | undefined)[] => [
    h.parentHash,
    h.uncleHash,
    h.stateRoot,
    h.transactionsRoot,
    h.receiptsRoot,
    h.mixHash,
    h.withdrawalsRoot,
    h.parentBeaconBlockRoot,
    h.requestsHash,
  ]
  const wrong = (values: (Bytes | undefined)[], width: number): boolean => values.some((value) => value !== undefined && value.length !== width)
  for (const h of [header, ...uncles]) {
    const word = [h.number, h.gasLimit, h.gasUsed, h.timestamp, h.blobGasUsed ?? 0n, h.excessBlobGas ?? 0n].every((value) => value < 1n << 64n)
    if (!word || wrong(hash(h), 32) || wrong([h.coinbase], 20) || wrong([h.logsBloom], 256) || wrong([h.nonce], 8)) {
      throw new RangeError('a header field has another width than Ethereum gives it')
    }
  }
  if (withdrawals?.some((w) => w.address.length !== 20 || [w.index, w.validatorIndex, w.amount].some((value) => value >= 1n << 64n)) === true) {
    throw new RangeError('a withdrawal field has another width than Ethereum gives it')
  }
}

function decodeTxs(block: Block, common: Parameters<typeof decodeTx>[1]): LaneTx[] {
  return block.transactions.map((raw, index) => {
    try {
      const tx = decodeTx(raw, common, null)
      if (tx.raw !== raw) throw new RangeError('blobs do not belong into a block')
      return tx
    } catch (error) {
      throw blockInvalid(block.header.number, `transaction ${index}: ${(error as Error).message}`)
    }
  })
}

async function include(execution: BlockExecution, tx: LaneTx, index: number): Promise<void> {
  try {
    await execution.include(tx)
  } catch (error) {
    if (error instanceof AppError && error.code === 'tx-rejected') throw blockInvalid(execution.env.number, `transaction ${index}: ${error.message}`)
    throw error
  }
}
