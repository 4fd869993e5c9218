// Owns: the seam between block building and transaction execution: execute(tx, state) → receipt.
// Does not own: either execution (executor-transfer.ts, executor-vm.ts), or which transactions are tried (block-execution.ts).
// Called by: block-execution. A faster executor can stand beside these and be checked against VmExecutor.

import type { ReceiptData } from '../chain-data.js'
import type { BlockEnv } from './block-env.js'
import type { BlockHashes, EvmSlot, EvmSlots } from './evm-slot.js'
import { executeTransfer } from './executor-transfer.js'
import { executeInVm } from './executor-vm.js'
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

export type ExecutorParts = { slots: EvmSlots; state: StateView; env: BlockEnv; blockHashes: BlockHashes }

/** Everything through @ethereumjs/vm: the reference. */
export class VmExecutor implements TxExecutor {
  private readonly parts: ExecutorParts
  private held: EvmSlot | undefined

  constructor(parts: ExecutorParts) {
    this.parts = parts
  }

  async execute(tx: LaneTx, gasBefore: bigint): Promise<ReceiptData> {
    return executeInVm(await this.slot(), tx, this.parts.env, gasBefore)
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
