// Owns: the operations by which the coordinator takes a lane through a batch of sessions, and simulations of other lanes.
// Does not own: the batch's block (session/session-block.ts), decisions (the coordinator).
// Called by: handlers.ts.

import { AppError } from '../../errors.js'
import { bareHex } from '../../primitives.js'
import type { LaneSpec } from '../lane-spec.js'
import type { Handlers } from '../protocol.js'
import type { SealedBlock, SessionLink, SessionRequests } from '../session-protocol.js'
import type { HandlerParts } from './handler-parts.js'
import { refuseUnsealed } from './unsealed.js'
import { replayBlock } from './session/replay.js'
import { recoverBlocks } from './session/recover.js'
import { ClosedBlock } from './session/closed-block.js'
import { SessionBlock } from './session/session-block.js'
import { decodeTx } from './tx.js'
import type { LaneTx } from './tx.js'

export function sessionHandlers(h: HandlerParts): Pick<Handlers, keyof SessionRequests> {
  const lane = new SessionLane(h)
  const { parts, pool, reader, simulations } = h
  return {
    sessionOpen: async ({ batch }) => {
      await lane.open(batch)
      return null
    },
    sessionBegin: async ({ batch, session }) => {
      await (await lane.of(batch)).begin(session)
      return null
    },
    sessionAdmit: (req) => {
      refuseUnsealed(parts)
      const { header } = parts.chain.head.block
      const tx = decodeTx(req.raw, parts.forks.commonAt(header.number + 1n, header.timestamp), req.sender)
      pool.add(tx, { handedOver: true })
      return { hash: tx.hash, sender: tx.sender, nonce: tx.nonce, gasLimit: tx.gasLimit, to: tx.to }
    },
    sessionDrop: ({ hashes }) => {
      for (const tx of pooled(h, hashes)) pool.drop(tx)
      return null
    },
    sessionTx: async ({ batch, hash, refuse, mark }) => {
      const block = await lane.of(batch)
      const tx = pool.get(bareHex(hash))
      if (tx === undefined) return { kind: 'rejected', reason: 'the transaction is not in the pool any more', blockFull: false }
      const outcome = await block.tx(tx, refuse, mark)
      if (outcome.kind === 'rejected' && !outcome.blockFull) lane.rejected(tx, block)
      return outcome
    },
    sessionDeliver: async ({ batch, call, refuse, mark }) => (await lane.of(batch)).deliver(call, refuse, mark),
    crossCallIn: async ({ run, call, mark }) =>
      run.kind === 'session' ? (await lane.of(run.batch)).callIn(call, mark) : simulations.callIn(run, call, mark),
    undoIn: async ({ run, mark }) => {
      if (run.kind === 'session') (await lane.of(run.batch)).undoIn(mark)
      else simulations.undoIn(run, mark)
      return null
    },
    sessionEnd: async ({ batch, keep }) => ({ legs: await (await lane.of(batch)).end(keep) }),
    sessionSeal: ({ batch, links }) => lane.seal(batch, links),
    sessionCommit: async ({ batch }) => {
      await lane.commit(batch)
      return null
    },
    sessionAbort: async ({ batch }) => {
      await lane.abort(batch)
      return null
    },
    simulationEnd: (id) => {
      simulations.end(id)
      return null
    },
    sessionRecover: async ({ blocks }) => {
      await recoverBlocks(parts, blocks)
      h.afterRecovery()
      return null
    },
    sessionReplay: ({ number, sessions }) => replayBlock(parts, number, sessions),
    sessionReceipts: ({ hashes }) => Promise.all(hashes.map((hash) => reader.receipt(hash))),
  }
}

function pooled({ pool }: HandlerParts, hashes: Uint8Array[]): LaneTx[] {
  return hashes.flatMap((hash) => pool.get(bareHex(hash)) ?? [])
}

function produces({ production, following }: LaneSpec): boolean {
  return production.kind !== 'none' && following !== true
}

/** The lane while it is held: by at most one batch at a time. */
class SessionLane {
  private readonly h: HandlerParts
  private block: SessionBlock | ClosedBlock | undefined
  /** What is asked for a batch comes together with the request to open, and waits here for its end. */
  private opening: Promise<unknown> = Promise.resolve()
  /** Transactions that the batch could not even try: the lane's again when it lets go. */
  private readonly givenBack: LaneTx[] = []

  constructor(h: HandlerParts) {
    this.h = h
  }

  open(batch: number): Promise<void> {
    const opening = this.take(batch)
    this.opening = opening.catch(() => undefined)
    return opening
  }

  private async take(batch: number): Promise<void> {
    const { parts, producer, ask, nowMs } = this.h
    if (!produces(parts.spec)) throw new AppError('not-allowed', 'a lane that produces no blocks takes part in no session')
    if (this.block !== undefined) throw new AppError('internal', `batch ${this.block.batch} holds the lane, ${batch} cannot`)
    await producer.hold()
    const { header } = parts.chain.head.block
    // Wanted when the block is sealed; begun now, it is done by then. Who asks then hears of its failure.
    void parts.durable.reachRecoverable(header.number).catch(() => undefined)
    const open = { batch, nowMs: nowMs() }
    this.block = parts.hyper.canBuild(header.number) ? new SessionBlock(parts, ask, open) : new ClosedBlock(parts, open)
  }

  async of(batch: number): Promise<SessionBlock | ClosedBlock> {
    await this.opening
    if (this.block?.batch !== batch) throw new AppError('internal', `batch ${batch} does not hold the lane`)
    return this.block
  }

  /** The journal keeps the block, but not those below it: without them it could not be written again after a loss of power (S11). */
  async seal(batch: number, links: SessionLink[]): Promise<SealedBlock | null> {
    const { durable, chain } = this.h.parts
    const block = await this.of(batch)
    const [sealed] = await Promise.all([block.seal(links), durable.reachRecoverable(chain.head.block.header.number)])
    return sealed
  }

  /** Idempotent: after a lost answer the coordinator asks again. */
  async commit(batch: number): Promise<void> {
    if (this.block?.batch !== batch) return
    const txs = await this.block.commit()
    if (txs !== null) this.h.parts.durable.noteJournaled(this.h.parts.chain.head.block.header.number)
    this.letGo(txs !== null)
    if (txs !== null) this.h.afterBlock(txs)
  }

  async abort(batch: number): Promise<void> {
    await this.opening
    if (this.block?.batch === batch) this.letGo(false)
  }

  /**
   * As in a block of the lane's own: what cannot be executed at the front of its sender's queue goes. A low fee cap waits for a lower base fee, who is not
   * at the front for those before it, and on a lane that may make no block now everything waits.
   */
  rejected(tx: LaneTx, block: SessionBlock | ClosedBlock): void {
    const nonce = this.h.parts.state.view().accountSync(tx.sender)?.nonce ?? 0n
    if (block instanceof ClosedBlock || tx.feeCap < (block.env.baseFee ?? 0n) || tx.nonce > nonce) this.givenBack.push(tx)
    else this.h.pool.drop(tx)
  }

  private letGo(made: boolean): void {
    this.block?.close()
    this.block = undefined
    for (const tx of this.givenBack.splice(0)) this.h.pool.takeBack(tx)
    this.h.producer.release(made ? this.h.nowMs() : null)
  }
}
