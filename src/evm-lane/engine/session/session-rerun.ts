// Owns: running one session again on one of its lanes alone, its other lanes played by the transcript (S12).
// Does not own: the block around it (reexecution.ts), the walk through the transcript (transcript-reader.ts).
// Called by: reexecution.ts.

import { AppError } from '../../../errors.js'
import { equalBytes } from '../../../primitives.js'
import type { CrossCall, CrossResult, TranscriptEvent, TranscriptOfSession } from '../../session-protocol.js'
import type { BlockExecution } from '../block-execution.js'
import { blockInvalid } from '../block-invalid.js'
import { executeInVm } from '../executor-vm.js'
import type { EvmSlot } from '../evm-slot.js'
import type { LaneParts } from '../lane-parts.js'
import type { Peers } from '../peer-history.js'
import type { StateView } from '../state/state-view.js'
import { systemTxType } from '../system-tx.js'
import type { LaneTx } from '../tx.js'
import { EvmAborted } from './evm-aborted.js'
import { LaneRun } from './lane-run.js'
import { keepEntries } from './session-entries.js'
import { TranscriptReader } from './transcript-reader.js'

/** `txs`: those of the block, among which the signed ones of the session are. */
export type RerunStage = { parts: LaneParts; txs: LaneTx[]; view: StateView; peers: Peers; execution: BlockExecution }

/** @throws AppError 'block-invalid' where lane and transcript part. */
export async function rerunSession(stage: RerunStage, { id, events }: TranscriptOfSession): Promise<void> {
  const { parts, view, execution } = stage
  const { spec, slots, chain } = parts
  const slot = await slots.acquire(execution.env.common, view, (n) => chain.recentHash(n) ?? chain.hashOf(n))
  const rerun = new SessionRerun(stage, slot, events)
  try {
    await rerun.all()
    keepEntries(rerun.run.entries, execution, { session: id, chainId: spec.chainId })
  } catch (error) {
    rerun.run.broken = true
    // A transcript that ends in the middle of an execution leaves it without an answer.
    throw error instanceof EvmAborted ? blockInvalid(execution.env.number, 'the transcript abandons an execution that it keeps') : error
  } finally {
    rerun.run.close()
    if (rerun.run.broken) slot.detach()
    else slots.release(slot)
  }
}

class SessionRerun {
  readonly run: LaneRun
  private readonly stage: RerunStage
  private readonly slot: EvmSlot
  private readonly reader: TranscriptReader

  constructor(stage: RerunStage, slot: EvmSlot, events: TranscriptEvent[]) {
    const { chainId } = stage.parts.spec
    const { view, peers } = stage
    this.stage = stage
    this.slot = slot
    this.reader = new TranscriptReader(events, { chainId, number: stage.execution.env.number })
    this.run = new LaneRun(
      { chainId, peers, slot, view, env: stage.execution.env },
      { cross: (call) => this.cross(call), undoSince: (mark) => Promise.resolve(this.reader.undone(mark)) },
    )
  }

  async all(): Promise<void> {
    for (let event = this.reader.nextOrEnd(); event !== undefined; event = this.reader.nextOrEnd()) await this.apply(event)
    await this.run.endTransaction()
  }

  /** This lane calls another: what happens until the answer, in the order it happened. */
  private async cross(call: CrossCall): Promise<CrossResult> {
    const asked = this.reader.asked(call)
    if (asked.kind === 'refused') return asked.result
    for (;;) {
      const next = this.reader.next()
      if (next.kind === 'return' && next.mark === asked.mark) return next.result
      await this.apply(next)
    }
  }

  private async apply(event: TranscriptEvent): Promise<void> {
    switch (event.kind) {
      case 'undo':
        return this.run.undo(event.mark)
      case 'call':
        return this.reader.returned(event.mark, await this.callIn(event.call, event.mark))
      case 'delivery':
        this.run.refusal = event.refuse
        await this.run.callIn(event.call, this.reader.mark, 'system')
        return
      case 'transaction':
        return this.transaction(event)
      case 'refused':
      case 'return':
      case 'end':
        throw blockInvalid(this.stage.execution.env.number, `the transcript has a ${event.kind} that nobody waits for`)
    }
  }

  /** As the lane answered: with no room left it does not execute (session-block.ts). */
  private callIn(call: CrossCall, mark: number): Promise<CrossResult> {
    if (call.gas <= this.gasLeft) return this.run.callIn(call, mark)
    return Promise.resolve({ kind: 'refused', refusal: { error: 'SessionLimit', which: 'blockGas' }, mark })
  }

  private async transaction({ part, refuse }: Extract<TranscriptEvent, { kind: 'transaction' }>): Promise<void> {
    const { txs, execution } = this.stage
    const { env } = execution
    const tx = txs.find(({ type, hash }) => type !== systemTxType && equalBytes(hash, part.transactionHash))
    if (tx === undefined) throw blockInvalid(env.number, 'a transaction of the transcript is not in the block')
    this.run.refusal = refuse
    try {
      const receipt = await this.run.outermost(this.reader.mark, () => executeInVm(this.slot, tx, env, env.gasLimit - this.gasLeft))
      if (receipt === null) throw blockInvalid(env.number, 'the transcript abandons a transaction that it keeps')
      this.run.entries.push({ kind: 'tx', tx, receipt })
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'tx-rejected') throw error
      throw blockInvalid(env.number, `a transaction of its sessions cannot be in it: ${error.message}`)
    }
  }

  private get gasLeft(): bigint {
    const { execution } = this.stage
    return execution.env.gasLimit - execution.gasUsed - this.run.gasUsed
  }
}
