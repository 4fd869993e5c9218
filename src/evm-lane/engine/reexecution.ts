// Owns: executing a block again, on a view of its parent's state: local transactions as they stand, sessions from their transcripts (S12).
// Does not own: whether the result is what the header says, or committing it (own-importer.ts, replay.ts).
// Called by: own-importer.ts, replay.ts.

import { AppError } from '../../errors.js'
import { equalBytes } from '../../primitives.js'
import type { Hash32 } from '../../primitives.js'
import type { TranscriptOfSession } from '../session-protocol.js'
import { BlockExecution } from './block-execution.js'
import type { BlockResult } from './block-execution.js'
import { blockInvalid } from './block-invalid.js'
import type { LaneExecutor, VmExecutor } from './executor.js'
import type { Block } from './header.js'
import type { LaneParts } from './lane-parts.js'
import type { Peers } from './peer-history.js'
import { envOf } from './query.js'
import { leavingPort } from './session/local-port.js'
import { rerunSession } from './session/session-rerun.js'
import type { StateView } from './state/state-view.js'
import { systemTxType } from './system-tx.js'
import type { LaneTx } from './tx.js'

export type Again = {
  block: Block
  txs: LaneTx[]
  parentHash: Hash32
  /** State of the parent; holds the block's own state afterwards. */
  view: StateView
  /** Other lanes that it could reach; null for a block of a foreign chain, which knows no lanes, and may mint. */
  peers: Peers | null
  /** null: a block of local transactions. */
  sessions: TranscriptOfSession[] | null
  /** The short cut of plain transfers reads synchronously, which states far back cannot. */
  Executor: typeof LaneExecutor | typeof VmExecutor
}

/** @throws AppError 'block-invalid' {number, reason} when the block cannot be what it says. */
export async function executeAgain(parts: LaneParts, again: Again): Promise<{ result: BlockResult; txs: LaneTx[] }> {
  const { block, view, peers, sessions, Executor } = again
  const env = envOf(block.header, parts)
  const { chain, slots, spec } = parts
  const blockHashes = (n: bigint): Hash32 | undefined | Promise<Hash32 | undefined> => chain.recentHash(n) ?? chain.hashOf(n)
  const crossing = peers === null ? {} : { crossing: { chainId: spec.chainId, peers, port: leavingPort } }
  const executor = new Executor({ slots, state: view, env, blockHashes, ...crossing })
  const execution = new BlockExecution(view, env, executor, { parentHash: again.parentHash })
  try {
    if (sessions === null) await includeAll(execution, again.txs)
    else await rerunAll(parts, execution, again, sessions)
    const result = await execution.finish(peers === null ? { withdrawals: block.withdrawals ?? [], uncles: block.uncles } : null)
    return { result, txs: execution.txs }
  } finally {
    execution.close()
  }
}

async function includeAll(execution: BlockExecution, txs: LaneTx[]): Promise<void> {
  const { number } = execution.env
  for (const [index, tx] of txs.entries()) {
    if (tx.type === systemTxType) throw blockInvalid(number, `transaction ${index} is one of a session, and the block has none`)
    try {
      await execution.include(tx)
    } catch (error) {
      if (!(error instanceof AppError) || (error.code !== 'tx-rejected' && error.code !== 'tx-leaves')) throw error
      throw blockInvalid(number, `transaction ${index}: ${error.message}`)
    }
  }
}

async function rerunAll(parts: LaneParts, execution: BlockExecution, { txs, view, peers }: Again, sessions: TranscriptOfSession[]): Promise<void> {
  const { number } = execution.env
  view.checkpointSync()
  for (const session of sessions) await rerunSession({ parts, txs, view, peers: peers ?? new Set(), execution }, session)
  view.commitSync()
  if (execution.txs.length !== txs.length) throw blockInvalid(number, `its sessions make ${execution.txs.length} transactions, it has ${txs.length}`)
  const other = execution.txs.findIndex((tx, i) => !equalBytes(tx.raw, txs[i]?.raw ?? tx.hash))
  if (other !== -1) throw blockInvalid(number, `transaction ${other} is not the one that its sessions make`)
}
