// Owns: executing a stored block again on its parent's state, and comparing what it writes with what is stored (S12). Nothing changes.
// Does not own: the execution (reexecution.ts).
// Called by: handlers-session.ts, handlers-hyper.ts.

import { AppError } from '../../../errors.js'
import { equalBytes } from '../../../primitives.js'
import type { LaneSpec } from '../../lane-spec.js'
import type { ReplayResult, TranscriptOfSession } from '../../session-protocol.js'
import { receiptsRoot } from '../builder.js'
import { VmExecutor } from '../executor.js'
import type { LaneParts } from '../lane-parts.js'
import { executeAgain } from '../reexecution.js'
import { firstDifference, loadChanged } from './replay-state.js'

/** @throws AppError 'block-not-found', 'history-pruned'. */
export async function replayBlock(parts: LaneParts, number: bigint, sessions: TranscriptOfSession[] | null): Promise<ReplayResult> {
  const entry = await parts.chain.entry(number)
  const parent = await parts.chain.entry(number - 1n)
  if (entry === undefined || parent === undefined) throw new AppError('block-not-found', `block ${number} is not here, or has no parent`)
  const view = parts.state.view(number - 1n)
  const recorded = parts.state.view(number)
  const changed = await parts.state.changedIn(number)
  const { header } = entry.block
  await Promise.all([loadChanged(view, changed, header.coinbase), loadChanged(recorded, changed, header.coinbase)])
  if (!parts.forks.commonAt(number, header.timestamp).gteHardfork('byzantium')) {
    throw new AppError('unsupported', 'receipts of before Byzantium hold state roots in the middle of a block, which are not kept')
  }
  const peers = isForeign(parts.spec) ? null : ((await parts.peers.at(number)) ?? parts.crossing.peers)
  try {
    const again = { block: entry.block, txs: entry.txs, parentHash: parent.block.header.hash, view, peers, sessions, Executor: VmExecutor }
    const { result } = await executeAgain(parts, again)
    if (result.gasUsed !== header.gasUsed) return differs(`gas used is ${result.gasUsed}, the block says ${header.gasUsed}`)
    if (!equalBytes(receiptsRoot(result.receipts), header.receiptsRoot)) return differs('other receipts than the block has')
    if (!equalBytes(receiptsRoot(entry.receipts), header.receiptsRoot)) return differs('the stored receipts are not those of the block')
    const difference = await firstDifference(view, recorded, changed)
    return difference === null ? { reproduced: true, reason: null } : differs(difference)
  } catch (error) {
    if (error instanceof AppError && error.code === 'block-invalid') return differs(error.message)
    throw error
  }
}

/** An imported chain, which this network did not make. */
function isForeign({ production, following }: LaneSpec): boolean {
  return production.kind === 'none' && following !== true
}

function differs(reason: string): ReplayResult {
  return { reproduced: false, reason }
}
