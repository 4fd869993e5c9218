// Owns: a batch of sessions on this lane: the lane is held, sessions run one after another on one view, their transactions become one block (S6, S11).
// Does not own: which sessions, in what order, and whether they are kept (the coordinator); the frames themselves (lane-run.ts).
// Called by: handlers-session.ts.

import { AppError } from '../../../errors.js'
import type { Hash32 } from '../../../primitives.js'
import type { CrossCall, CrossResult, Leg, SealedBlock, SessionLink, SessionTxOutcome, SystemRefusal } from '../../session-protocol.js'
import type { Ask } from '../../lane-host.js'
import { BlockExecution } from '../block-execution.js'
import { finishBlock, nextEnv } from '../builder.js'
import type { BlockEnv } from '../block-env.js'
import type { BlockEntry } from '../chain/chain-store.js'
import { blockOps, commitBlock } from '../committer.js'
import type { WrittenBlock } from '../committer.js'
import { executeInVm } from '../executor-vm.js'
import { VmExecutor } from '../executor.js'
import type { LaneParts } from '../lane-parts.js'
import type { Peers } from '../peer-history.js'
import type { Sealed } from '../state/lane-state.js'
import type { Savepoint, StateView } from '../state/state-view.js'
import type { LaneTx } from '../tx.js'
import { LaneRun } from './lane-run.js'
import type { InboundLeg } from './lane-run.js'
import type { EvmSlot } from '../evm-slot.js'
import { encodeOps } from './ops-codec.js'
import { legTx } from './leg-tx.js'
import { keepEntries } from './session-entries.js'

/** `called`: a call of another lane was executed, whatever became of it. */
type Session = { id: Hash32; run: LaneRun; slot: EvmSlot; start: Savepoint; mark: number; called: boolean }

export class SessionBlock {
  readonly batch: number
  private readonly parts: LaneParts
  private readonly ask: Ask
  private readonly nowMs: number
  readonly env: BlockEnv
  private readonly peers: Peers
  private readonly view: StateView
  private readonly execution: BlockExecution
  private session: Session | undefined
  /** Begins and ends come together with what they are for, which waits for them here. */
  private turn: Promise<unknown> = Promise.resolve()
  private sealed: { entry: BlockEntry; sealed: Sealed; written: WrittenBlock } | undefined
  /** A kept session depends on what this lane answered. */
  private answered = false

  constructor(parts: LaneParts, ask: Ask, open: { batch: number; nowMs: number }) {
    this.parts = parts
    this.ask = ask
    this.batch = open.batch
    this.peers = parts.crossing.peers
    this.nowMs = open.nowMs
    const parent = parts.chain.head.block.header
    const seconds = BigInt(Math.floor(open.nowMs / 1_000))
    this.env = nextEnv(parts, parent, seconds > parent.timestamp ? seconds : parent.timestamp)
    this.view = parts.state.view()
    const executor = new VmExecutor({ slots: parts.slots, state: this.view, env: this.env, blockHashes: (n) => parts.chain.recentHash(n) })
    this.execution = new BlockExecution(this.view, this.env, executor, { parentHash: parent.hash })
    // Everything after this can be undone until the block is sealed.
    this.view.checkpointSync()
  }

  /** A session begins when the one before has ended. */
  begin(id: Hash32): Promise<void> {
    return this.inTurn(() => this.beginNow(id))
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work)
    this.turn = done
    return done
  }

  private async beginNow(id: Hash32): Promise<void> {
    const { slots, spec, chain } = this.parts
    const start = this.view.savepoint()
    const slot = await slots.acquire(this.env.common, this.view, (n) => chain.recentHash(n))
    const run = { kind: 'session', batch: this.batch } as const
    const port = {
      cross: (call: CrossCall) => this.ask('crossCall', { run, call }),
      undoSince: async (mark: number) => void (await this.ask('undoSince', { run, mark })),
    }
    const stage = { chainId: spec.chainId, peers: this.peers, slot, view: this.view, env: this.env }
    this.session = { id, run: new LaneRun(stage, port), slot, start, mark: 0, called: false }
  }

  private get current(): Session {
    if (this.session === undefined) throw new AppError('internal', 'no session has begun on this lane')
    return this.session
  }

  /** Gas left in the block for what comes next. */
  private get gasLeft(): bigint {
    return this.env.gasLimit - this.execution.gasUsed - this.current.run.gasUsed
  }

  async tx(tx: LaneTx, refuse: SystemRefusal | null, mark: number): Promise<SessionTxOutcome> {
    await this.turn
    const { run, slot } = this.current
    run.refusal = refuse
    try {
      const receipt = await run.outermost(mark, () => executeInVm(slot, tx, this.env, this.env.gasLimit - this.gasLeft))
      if (receipt === null) return { kind: 'abandoned' }
      run.entries.push({ kind: 'tx', tx, receipt })
      const success = receipt.outcome.kind === 'status' && receipt.outcome.success
      return { kind: 'executed', hash: tx.hash, success, gasUsed: receipt.gasUsed, crossed: run.gate.crossings > mark }
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'tx-rejected') throw error
      return { kind: 'rejected', reason: error.message, blockFull: error.data?.['blockFull'] === true }
    }
  }

  async deliver(call: CrossCall, refuse: SystemRefusal | null, mark: number): Promise<SessionTxOutcome> {
    await this.turn
    const { run } = this.current
    if (call.gas > this.gasLeft) return { kind: 'rejected', reason: 'gas limit of the block reached', blockFull: true }
    run.refusal = refuse
    const result = await run.callIn(call, mark, 'system')
    if (result.kind !== 'done') return { kind: 'abandoned' }
    const index = run.entries.length - 1
    const entry = run.entries[index]
    if (entry?.kind !== 'leg') throw new AppError('internal', 'a delivery has left no transaction')
    const { hash } = this.legTx(entry.leg, index)
    return { kind: 'executed', hash, success: result.success, gasUsed: result.gasUsed, crossed: run.gate.crossings > mark }
  }

  async callIn(call: CrossCall, mark: number): Promise<CrossResult> {
    await this.turn
    if (call.gas > this.gasLeft) return { kind: 'refused', refusal: { error: 'SessionLimit', which: 'blockGas' }, mark }
    this.current.called = true
    return this.current.run.callIn(call, mark)
  }

  undoIn(mark: number): void {
    this.current.run.undo(mark)
  }

  end(keep: boolean): Promise<Leg[]> {
    return this.inTurn(() => this.endNow(keep))
  }

  private async endNow(keep: boolean): Promise<Leg[]> {
    const { run, slot, start, called } = this.current
    let legs: Leg[] = []
    if (keep) {
      this.answered ||= called
      await run.endTransaction()
      legs = keepEntries(run.entries, this.execution, { session: this.current.id, chainId: this.parts.spec.chainId })
    } else {
      this.view.restore(start)
    }
    run.close()
    if (run.broken) slot.detach()
    else this.parts.slots.release(slot)
    this.session = undefined
    return legs
  }

  private legTx(leg: InboundLeg, index: number): LaneTx {
    return legTx(leg, { session: this.current.id, chainId: this.parts.spec.chainId, index: this.execution.txs.length + index })
  }

  /**
   * null: no session that was kept ran here. A lane that answered calls which left nothing (they failed, or were undone) makes an empty block: it says on
   * which state they ran, so that whoever replays the session can check the answers (S12).
   */
  async seal(links: SessionLink[]): Promise<SealedBlock | null> {
    if (this.execution.txs.length === 0 && !this.answered) return null
    this.view.commitSync()
    const result = await this.execution.finish(null)
    const parent = this.parts.chain.head.block.header
    const { entry, sealed } = finishBlock(this.parts, {
      view: this.view,
      env: this.env,
      execution: this.execution,
      result,
      parent,
      nowMs: this.nowMs,
      peers: this.peers,
    })
    const linked: BlockEntry = { ...entry, links: entry.txs.map((_, i) => links[i] ?? null) }
    const written = blockOps(this.parts, linked, sealed)
    this.sealed = { entry: linked, sealed, written }
    const { header } = entry.block
    return {
      chainId: this.parts.spec.chainId,
      number: header.number,
      hash: header.hash,
      stateRoot: header.stateRoot,
      txCount: entry.txs.length,
      batch: encodeOps(written.ops),
    }
  }

  /** Writes what the journal has. Answers the block's transactions; null when there is no block. */
  async commit(): Promise<LaneTx[] | null> {
    if (this.sealed === undefined) return null
    const { entry, sealed, written } = this.sealed
    await commitBlock(this.parts, entry, sealed, { written })
    return entry.txs
  }

  close(): void {
    if (this.session !== undefined) {
      this.session.run.close()
      this.session.slot.detach()
    }
    this.execution.close()
  }
}
