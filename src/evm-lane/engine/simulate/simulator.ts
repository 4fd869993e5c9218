// Owns: a lane's simulations as its handlers ask for them: bounded in number, each with overrides and one wall-clock limit.
// Does not own: finding the view and the environment of a block (query.ts).
// Called by: the engine's handlers.

import type { CallMessage } from '../../chain-data.js'
import type { LaneLimits } from '../../lane-spec.js'
import type { Reply } from '../../protocol.js'
import type { BlockEnv } from '../block-env.js'
import type { BlockHashes, EvmSlots } from '../evm-slot.js'
import type { ForkSchedule } from '../fork-schedule.js'
import type { StateView } from '../state/state-view.js'
import { createAccessList } from './access-list.js'
import { call } from './call.js'
import { CallGate } from './call-gate.js'
import { estimateGas } from './estimate-gas.js'
import { fillTransaction } from './fill-transaction.js'
import type { FillContext } from './fill-transaction.js'
import { prepare } from './run-message.js'
import type { Asked, SimulationParts } from './run-message.js'

/** A block as a simulation sees it: its state after its transactions, its own header fields. */
export type SimulatedBlock = { view: StateView; env: BlockEnv; blockHashes: BlockHashes }

export class Simulator {
  private readonly slots: EvmSlots
  private readonly forks: ForkSchedule
  private readonly limits: LaneLimits
  private readonly crossings: NonNullable<SimulationParts['crossings']>
  private readonly gate: CallGate

  constructor(parts: { slots: EvmSlots; forks: ForkSchedule; limits: LaneLimits; crossings: NonNullable<SimulationParts['crossings']> }) {
    this.crossings = parts.crossings
    this.slots = parts.slots
    this.forks = parts.forks
    this.limits = parts.limits
    this.gate = new CallGate(parts.limits.callsInFlight)
  }

  call(block: SimulatedBlock, asked: Asked): Promise<Reply<'call'>> {
    return this.run(block, asked, (parts) => call(parts, asked.message))
  }

  estimateGas(block: SimulatedBlock, asked: Asked): Promise<Reply<'estimateGas'>> {
    return this.run(block, asked, (parts) => estimateGas(parts, asked.message))
  }

  createAccessList(block: SimulatedBlock, asked: Asked): Promise<Reply<'createAccessList'>> {
    return this.run(block, asked, (parts) => createAccessList(parts, asked.message))
  }

  /** `block`: what an absent gas limit is estimated on. */
  fillTransaction(block: SimulatedBlock, message: CallMessage, context: Omit<FillContext, 'estimate'>): Promise<Reply<'fillTransaction'>> {
    const estimate = (priced: CallMessage): Promise<bigint> => this.estimateGas(block, { message: priced, stateOverrides: [], blockOverrides: null })
    return fillTransaction(message, { ...context, estimate })
  }

  private run<T>(block: SimulatedBlock, asked: Asked, task: (parts: SimulationParts) => Promise<T>): Promise<T> {
    return this.gate.run(async () => {
      const { slots, forks, limits, crossings } = this
      return task(await prepare({ ...block, slots, forks, limits, crossings }, asked))
    })
  }
}
