// Owns: taking a block that another node of this network made: check, execute again, check again, commit. The chain is left as it was when anything does not fit.
// Does not own: the rules (header-rules.ts, own-rules.ts), the execution (reexecution.ts).
// Called by: importer.ts, one block after another.

import { AppError } from '../../errors.js'
import type { Common } from '@ethereumjs/common'
import type { OwnBlock } from '../protocol.js'
import { blockInvalid } from './block-invalid.js'
import type { BlockEntry } from './chain/chain-store.js'
import { commitBlock } from './committer.js'
import { LaneExecutor } from './executor.js'
import { checkBody, checkHeader, checkResult } from './header-rules.js'
import type { Block } from './header.js'
import type { LaneParts } from './lane-parts.js'
import { checkOwn } from './own-rules.js'
import { envOf } from './query.js'
import { executeAgain } from './reexecution.js'
import { decodeSystemTx, systemTxType } from './system-tx.js'
import { decodeTx } from './tx.js'
import type { LaneTx } from './tx.js'

/** `block` follows the head by number. @throws AppError 'block-invalid' {number, reason}. */
export async function importOwnBlock(parts: LaneParts, block: Block, rlp: Uint8Array, own: OwnBlock): Promise<void> {
  const parent = parts.chain.head.block.header
  const { number } = block.header
  const { common } = envOf(block.header, parts)
  checkHeader(block.header, parent, common, 'own')
  checkOwn(block, own, parent, parts)
  const txs = decodeAll(block, common)
  checkBody(block, txs, common)
  const view = parts.state.view()
  const peers = new Set(own.peers)
  const again = { block, txs, parentHash: parent.hash, view, peers, sessions: own.sessions, Executor: LaneExecutor }
  const { result, txs: made } = await executeAgain(parts, again)
  const sealed = parts.state.seal(view, number)
  checkResult(block.header, result, sealed.stateRoot)
  const entry: BlockEntry = { block, txs: made, receipts: result.receipts, timestampMs: own.timestampMs, rlp, peers }
  await commitBlock(parts, own.sessions === null ? entry : { ...entry, links: own.links }, sealed)
}

function decodeAll({ header, transactions }: Block, common: Common): LaneTx[] {
  return transactions.map((raw, index) => {
    try {
      const tx = raw[0] === systemTxType ? decodeSystemTx(raw) : decodeTx(raw, common, null)
      if (tx.raw !== raw) throw new AppError('tx-blob', 'blobs do not belong into a block')
      return tx
    } catch (error) {
      throw blockInvalid(header.number, `transaction ${index}: ${(error as Error).message}`)
    }
  })
}
