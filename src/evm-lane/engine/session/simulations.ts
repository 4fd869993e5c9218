// Owns: joint executions that leave nothing (S7): those this lane began, and its part in those of other lanes.
// Does not own: the simulation itself (simulate/), routing (the coordinator).
// Called by: simulate/run-message.ts (begin), handlers-session.ts (calls that come in).

import { AppError } from '../../../errors.js'
import type { Ask } from '../../lane-host.js'
import type { CrossCall, CrossResult, SimulationId } from '../../session-protocol.js'
import type { BlockEnv } from '../block-env.js'
import type { EvmSlot } from '../evm-slot.js'
import type { LaneParts } from '../lane-parts.js'
import { envOf } from '../query.js'
import type { StateView } from '../state/state-view.js'
import { LaneRun } from './lane-run.js'
import { lonelyPort } from './local-port.js'
import type { CrossPort } from './portal-gate.js'

/** Parts in simulations of other lanes at once; more are refused. */
const guestsMax = 256

type Guest = { run: LaneRun; slot: EvmSlot }

export class Simulations {
  private readonly parts: LaneParts
  private readonly ask: Ask
  private readonly own = new Map<number, LaneRun>()
  private readonly guests = new Map<string, Guest>()
  private nextId = 1

  constructor(parts: LaneParts, ask: Ask) {
    this.parts = parts
    this.ask = ask
  }

  /** Lets a simulation of this lane call others. The view must be one that is thrown away or has a checkpoint open. Answers what ends it. */
  begin(stage: { slot: EvmSlot; view: StateView; env: BlockEnv }): () => void {
    const run: SimulationId = { kind: 'simulation', chainId: this.parts.spec.chainId, id: this.nextId++ }
    const lane = new LaneRun({ ...stage, chainId: run.chainId, peers: this.parts.crossing.peers }, this.portOf(run))
    this.own.set(run.id, lane)
    return () => {
      lane.close()
      this.own.delete(run.id)
      if (lane.leftLane && this.parts.spec.coordinated === true) this.ask('simulationOver', { run }).catch(() => undefined)
    }
  }

  private portOf(run: SimulationId): CrossPort {
    if (this.parts.spec.coordinated !== true) return lonelyPort
    return {
      cross: (call) => this.ask('crossCall', { run, call }),
      undoSince: async (mark) => void (await this.ask('undoSince', { run, mark })),
    }
  }

  async callIn(id: SimulationId, call: CrossCall, mark: number): Promise<CrossResult> {
    return (await this.find(id)).callIn(call, mark)
  }

  undoIn(id: SimulationId, mark: number): void {
    const run = id.chainId === this.parts.spec.chainId ? this.own.get(id.id) : this.guests.get(keyOf(id))?.run
    run?.undo(mark)
  }

  end(id: { chainId: number; id: number }): void {
    const guest = this.guests.get(keyOf(id))
    this.guests.delete(keyOf(id))
    if (guest === undefined) return
    guest.run.close()
    if (guest.run.broken) guest.slot.detach()
    else this.parts.slots.release(guest.slot)
  }

  private async find(id: SimulationId): Promise<LaneRun> {
    if (id.chainId === this.parts.spec.chainId) {
      const own = this.own.get(id.id)
      if (own === undefined) throw new AppError('internal', `simulation ${id.id} is over`)
      return own
    }
    const known = this.guests.get(keyOf(id))
    if (known !== undefined) return known.run
    if (this.guests.size >= guestsMax) throw new AppError('busy', `lane ${this.parts.spec.name} takes part in ${guestsMax} simulations already`)
    return this.welcome(id)
  }

  /** A simulation of another lane comes here for the first time: it sees the head as it is now until it ends. */
  private async welcome(id: SimulationId): Promise<LaneRun> {
    const { state, chain, slots, spec, crossing } = this.parts
    const { header } = chain.head.block
    const env = envOf(header, this.parts)
    const view = state.view(header.number)
    view.checkpointSync()
    const slot = await slots.acquire(env.common, view, (n) => chain.recentHash(n))
    const run = new LaneRun({ chainId: spec.chainId, peers: crossing.peers, slot, view, env }, this.portOf(id))
    this.guests.set(keyOf(id), { run, slot })
    return run
  }
}

function keyOf({ chainId, id }: { chainId: number; id: number }): string {
  return `${chainId}/${id}`
}
