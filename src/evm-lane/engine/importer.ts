// Owns: taking one block of a foreign chain: check, execute, check again, commit. The chain is left as it was when anything does not fit.
// Called by: handlers (importBlock).

import { AppError } from '../../errors.js'
import type { Bytes, Hash32 } from '../../primitives.js'
import { equalBytes } from '../../primitives.js'
import { BlockExecution, blockInvalid } from './block-execution.js'
import { commitBlock } from './committer.js'
import { LaneExecutor } from './executor.js'
import { checkBody, checkHeader, checkResult } from './header-rules.js'
import { decodeBlock } from './header.js'
import type { Block } from './header.js'
import type { LaneParts } from './lane-parts.js'
import { envOf } from './query.js'
import { decodeTx } from './tx.js'
import type { LaneTx } from './tx.js'

/** `known`: the chain has this very block already, so that an import can be resumed. @throws AppError 'block-invalid' {number, reason}. */
export async function importBlock(parts: LaneParts, rlp: Bytes): Promise<{ number: bigint; hash: Hash32; known: boolean }> {
  const parent = parts.chain.head.block.header
  const block = decode(rlp, parent.number + 1n)
  const { number, hash } = block.header
  if (number <= parent.number) {
    const own = await parts.chain.entry(number)
    if (own !== undefined && equalBytes(own.block.header.hash, hash)) return { number, hash, known: true }
    throw blockInvalid(number, 'the chain has another block at this number')
  }
  const env = envOf(block.header, parts)
  checkHeader(block.header, parent, env.common)
  const txs = decodeTxs(block, env.common)
  checkBody(block, txs, env.common)

  const view = parts.state.view()
  const executor = new LaneExecutor({ slots: parts.slots, state: view, env, blockHashes: (n) => parts.chain.recentHash(n) })
  const start = { parentHash: parent.hash, parentBeaconBlockRoot: block.header.parentBeaconBlockRoot ?? null }
  const execution = new BlockExecution(view, env, executor, start)
  try {
    for (const [index, tx] of txs.entries()) await include(execution, tx, index)
    const result = await execution.finish({ withdrawals: block.withdrawals ?? [], uncles: block.uncles })
    const sealed = parts.state.seal(view, number)
    checkResult(block.header, result, sealed.stateRoot)
    await commitBlock(parts, { block, txs, receipts: result.receipts, timestampMs: null, rlp }, sealed)
  } finally {
    execution.close()
  }
  return { number, hash, known: false }
}

function decode(rlp: Bytes, expected: bigint): Block {
  try {
    return decodeBlock(rlp)
  } catch (error) {
    throw blockInvalid(expected, `not the RLP of a block: ${(error as Error).message}`)
  }
}

function decodeTxs(block: Block, common: Parameters<typeof decodeTx>[1]): LaneTx[] {
  return block.transactions.map((raw, index) => {
    try {
      return decodeTx(raw, common, null)
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
