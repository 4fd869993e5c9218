// Owns: the seam between block building and transaction execution: execute(tx, state) → receipt.
// Does not own: either execution (executor-transfer.ts, executor-vm.ts), or which transactions are tried (block-execution.ts).
// Called by: block-execution. A faster executor can stand beside these and be checked against VmExecutor.

import { AppError } from '../../errors.js'
import type { ReceiptData } from '../chain-data.js'
import type { BlockEnv } from './block-env.js'
import type { BlockHashes, EvmSlot, EvmSlots } from './evm-slot.js'
import { executeTransfer } from './executor-transfer.js'
import { executeInVm } from './executor-vm.js'
import { EvmAborted, LeavesLane } from './session/evm-aborted.js'
import { restore, savepoint } from './session/evm-savepoint.js'
import type { EvmSavepoint } from './session/evm-savepoint.js'
import { PortalGate } from './session/portal-gate.js'
import type { CrossPort } from './session/portal-gate.js'
import type { StateView } from './state/state-view.js'
import type { LaneTx } from './tx.js'

export interface TxExecutor {
  /**
   * Applies one transaction to the state of its block. `gasBefore`: gas used by the block so far.
   * @throws AppError 'tx-rejected' when it cannot be in this block at this place; the state is then unchanged.
   */
  execute(tx: LaneTx, gasBefore: bigint): ReceiptData | Promise<ReceiptData>
  /** An EVM over the block's state, for system calls. */
  slot(): Promise<EvmSlot>
  close(): void
}

export type ExecutorParts = {
  slots: EvmSlots
  state: StateView
  env: BlockEnv
  blockHashes: BlockHashes
  crossing?: { chainId: number; peers: ReadonlySet<number>; port: CrossPort }
}

/** Everything through @ethereumjs/vm: the reference. */
export class VmExecutor implements TxExecutor {
  private readonly parts: ExecutorParts
  private held: EvmSlot | undefined

  constructor(parts: ExecutorParts) {
    this.parts = parts
  }

  async execute(tx: LaneTx, gasBefore: bigint): Promise<ReceiptData> {
    const slot = await this.slot()
    const { state, env, crossing } = this.parts
    if (crossing === undefined) return executeInVm(slot, tx, env, gasBefore)
    state.checkpointSync()
    const start = savepoint(slot, state)
    slot.gate = new PortalGate({ chainId: crossing.chainId, peers: crossing.peers, slot, view: state, env }, crossing.port)
    try {
      return await executeInVm(slot, tx, env, gasBefore)
    } catch (error) {
      if (error instanceof EvmAborted) this.abandon(slot, start)
      throw error instanceof LeavesLane ? new AppError('tx-leaves', error.message, { chainId: error.chainId }) : error
    } finally {
      slot.gate = null
      state.commitSync()
    }
  }

  /** As if the transaction had not been tried (S1). */
  private abandon(slot: EvmSlot, start: EvmSavepoint): void {
    restore(slot, this.parts.state, start)
    slot.detach()
    this.held = undefined
  }

  async slot(): Promise<EvmSlot> {
    const { slots, env, state, blockHashes } = this.parts
    this.held ??= await slots.acquire(env.common, state, blockHashes)
    return this.held
  }

  close(): void {
    if (this.held !== undefined) this.parts.slots.release(this.held)
    this.held = undefined
  }
}

/** Plain value transfers take a synchronous short cut, all else goes through the reference. */
export class LaneExecutor implements TxExecutor {
  private readonly parts: ExecutorParts
  private readonly reference: VmExecutor

  constructor(parts: ExecutorParts) {
    this.parts = parts
    this.reference = new VmExecutor(parts)
  }

  execute(tx: LaneTx, gasBefore: bigint): ReceiptData | Promise<ReceiptData> {
    return executeTransfer(tx, this.parts.state, this.parts.env, gasBefore) ?? this.reference.execute(tx, gasBefore)
  }

  slot(): Promise<EvmSlot> {
    return this.reference.slot()
  }

  close(): void {
    this.reference.close()
  }
}
