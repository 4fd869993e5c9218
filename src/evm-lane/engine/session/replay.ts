// Owns: executing a block of sessions again on this lane alone, with the transcript in place of the other lanes (S12).
// Does not own: the transcript (the coordinator's journal), what it means that lanes agree with theirs: together they prove the joint execution.
// Called by: handlers-session.ts.

import { AppError } from '../../../errors.js'
import { bareHex, equalBytes } from '../../../primitives.js'
import type { CrossCall, CrossResult, ReplayResult, TranscriptEvent, TranscriptOfSession } from '../../session-protocol.js'
import { BlockExecution } from '../block-execution.js'
import { receiptsRoot } from '../builder.js'
import type { BlockEntry } from '../chain/chain-store.js'
import { executeInVm } from '../executor-vm.js'
import { VmExecutor } from '../executor.js'
import { zeroHash } from '../header.js'
import type { LaneParts } from '../lane-parts.js'
import { envOf } from '../query.js'
import type { StateView } from '../state/state-view.js'
import { LaneRun } from './lane-run.js'
import { keepEntries } from './session-entries.js'
import { TranscriptReader } from './transcript-reader.js'

/** @throws AppError 'block-not-found', 'history-pruned' for blocks whose state is not in memory any more. */
export async function replayBlock(parts: LaneParts, number: bigint, sessions: TranscriptOfSession[]): Promise<ReplayResult> {
  const entry = await parts.chain.entry(number)
  const parent = await parts.chain.entry(number - 1n)
  if (entry === undefined || parent === undefined) throw new AppError('block-not-found', `block ${number} is not here`)
  const { header } = entry.block
  const view = parts.state.view(number - 1n)
  const env = envOf(header, parts)
  const blockHashes = (n: bigint): Uint8Array | undefined => parts.chain.recentHash(n)
  const executor = new VmExecutor({ slots: parts.slots, state: view, env, blockHashes })
  const execution = new BlockExecution(view, env, executor, { parentHash: parent.block.header.hash })
  try {
    view.checkpointSync()
    for (const session of sessions) await replaySession({ parts, entry, view, execution }, session)
    view.commitSync()
    const result = await execution.finish({ withdrawals: [], uncles: [] })
    const same = execution.txs.length === entry.txs.length && execution.txs.every((tx, i) => equalBytes(tx.raw, entry.txs[i]?.raw ?? zeroHash))
    if (!same) return differs('other transactions than the block has')
    if (!equalBytes(receiptsRoot(result.receipts), header.receiptsRoot)) return differs('other receipts than the block has')
    return stateDiffers(view, parts.state.view(number))
  } catch (error) {
    if (error instanceof AppError && error.code === 'block-invalid') return differs(error.message)
    throw error
  } finally {
    execution.close()
  }
}

function differs(reason: string): ReplayResult {
  return { reproduced: false, reason }
}

type Stage = { parts: LaneParts; entry: BlockEntry; view: StateView; execution: BlockExecution }

async function replaySession({ parts, entry, view, execution }: Stage, { id, events }: TranscriptOfSession): Promise<void> {
  const { spec, slots, chain, crossing } = parts
  const { env } = execution
  const slot = await slots.acquire(env.common, view, (n) => chain.recentHash(n))
  const reader = new TranscriptReader(events, spec.chainId)
  const answer = async (mark: number): Promise<CrossResult> => {
    for (;;) {
      const next = reader.next()
      if (next.kind === 'return' && next.mark === mark) return next.result
      await apply(next)
    }
  }
  const port = {
    cross: async (call: CrossCall): Promise<CrossResult> => {
      const asked = reader.asked(call)
      return asked.kind === 'refused' ? asked.result : answer(asked.mark)
    },
    undoSince: (mark: number): Promise<void> => Promise.resolve(reader.undone(mark)),
  }
  const run = new LaneRun({ chainId: spec.chainId, peers: crossing.peers, slot, view, env }, port)
  const apply = async (event: TranscriptEvent): Promise<void> => {
    if (event.kind === 'undo') run.undo(event.mark)
    if (event.kind === 'call') reader.returned(event.mark, await run.callIn(event.call, event.mark))
    if (event.kind === 'delivery') await run.callIn(event.call, reader.mark, 'system')
    if (event.kind !== 'transaction') return
    const tx = entry.txs.find(({ hash }) => equalBytes(hash, event.part.transactionHash))
    if (tx === undefined)
      throw new AppError('block-invalid', `transaction 0x${bareHex(event.part.transactionHash)} of the transcript is not in the block`)
    run.refusal = event.refuse
    const receipt = await run.outermost(reader.mark, () => executeInVm(slot, tx, env, execution.gasUsed + run.gasUsed))
    if (receipt !== null) run.entries.push({ kind: 'tx', tx, receipt })
  }
  for (let event = reader.nextOrEnd(); event !== undefined; event = reader.nextOrEnd()) await apply(event)
  await run.endTransaction()
  keepEntries(run.entries, execution, { session: id, chainId: spec.chainId })
  run.close()
  if (run.broken) slot.detach()
  else slots.release(slot)
}

/** Everything that the replay wrote stands in the block's state as it wrote it. */
function stateDiffers(replayed: StateView, recorded: StateView): ReplayResult {
  for (const [address, account] of replayed.overlay.accounts) {
    const other = recorded.account(address)
    const same =
      account === undefined || other === undefined
        ? account === other
        : account.nonce === other.nonce && account.balance === other.balance && equalBytes(account.codeHash, other.codeHash)
    if (!same) return differs(`another account 0x${Buffer.from(address, 'latin1').toString('hex')}`)
  }
  for (const [address, slots] of replayed.overlay.slots) {
    for (const [slot, value] of slots.values) {
      if (replayed.account(address) === undefined || equalBytes(recorded.slot(address, slot), value)) continue
      return differs(`another slot of account 0x${Buffer.from(address, 'latin1').toString('hex')}`)
    }
  }
  return { reproduced: true, reason: null }
}
