// Owns: cross calls of simulations (S7): routed without locks, so each lane answers from the head it had when the simulation first came to it.
// Does not own: sessions (core/atomic.ts), what a lane does with a simulated call (evm-lane/engine/session).
// Called by: asks.ts.

import type { LaneClient } from '../evm-lane/client.js'
import type { CrossCall, CrossResult, SimulationId, SystemRefusal } from '../evm-lane/session-protocol.js'
import { standingAfter } from './core/routing.js'

export type SimulationLimits = {
  simulationsMax: number
  lanesMax: number
  crossCallsMax: number
  depthMax: number
  dataBytesMax: number
  lastsMs: number
}

type Simulation = {
  run: SimulationId
  marks: number
  depth: number
  dataBytes: number
  standing: { mark: number; chainId: number }[]
  touched: Set<number>
  expiry: NodeJS.Timeout
}

export class Simulations {
  readonly #lanes: ReadonlyMap<number, LaneClient>
  readonly #limits: SimulationLimits
  readonly #running = new Map<string, Simulation>()

  constructor(lanes: ReadonlyMap<number, LaneClient>, limits: SimulationLimits) {
    this.#lanes = lanes
    this.#limits = limits
  }

  async crossCall(run: SimulationId, call: CrossCall): Promise<CrossResult> {
    const simulation = this.#find(run)
    if (simulation === null) return { kind: 'refused', refusal: { error: 'SessionLimit', which: 'simulations' }, mark: 0 }
    const to = call.to.chainId
    const lane = this.#lanes.get(to)
    const refusal = this.#refusal(simulation, lane, call)
    if (refusal !== null || lane === undefined) {
      return { kind: 'refused', refusal: refusal ?? { error: 'LaneUnknown', chainId: to }, mark: simulation.marks }
    }
    const mark = ++simulation.marks
    simulation.dataBytes += call.data.length
    simulation.touched.add(to)
    simulation.standing.push({ mark, chainId: to })
    simulation.depth++
    try {
      const result = await lane.call('crossCallIn', { run, call, mark })
      if (result.kind === 'abandoned') return result
      if (result.kind === 'done') simulation.dataBytes += result.returnData.length
      return { ...result, mark: simulation.marks }
    } catch {
      // A lane that ends in the middle has lost what was simulated there; the caller hears it as the system's own error (S5).
      return { kind: 'refused', refusal: { error: 'LaneUnavailable', chainId: to }, mark: simulation.marks }
    } finally {
      simulation.depth--
    }
  }

  /** `asking`: the lane of the failed frame. */
  async undoSince(asking: number, run: SimulationId, mark: number): Promise<null> {
    const simulation = this.#running.get(keyOf(run))
    if (simulation === undefined) return null
    const { lanes, rest } = standingAfter(simulation.standing, mark, asking)
    simulation.standing = rest
    await Promise.all(lanes.flatMap((chainId) => this.#lanes.get(chainId)?.call('undoIn', { run, mark }) ?? []))
    return null
  }

  /** The lane that ran it says so, ended, or took too long. */
  over(run: SimulationId): void {
    const simulation = this.#running.get(keyOf(run))
    if (simulation === undefined) return
    clearTimeout(simulation.expiry)
    this.#running.delete(keyOf(run))
    const { chainId, id } = run
    for (const touched of simulation.touched) {
      // A lane that is down has forgotten it.
      this.#lanes
        .get(touched)
        ?.call('simulationEnd', { chainId, id })
        .catch(() => undefined)
    }
  }

  laneDown(chainId: number): void {
    for (const { run } of [...this.#running.values()]) if (run.chainId === chainId) this.over(run)
  }

  stop(): void {
    for (const { run } of [...this.#running.values()]) this.over(run)
  }

  #find(run: SimulationId): Simulation | null {
    const known = this.#running.get(keyOf(run))
    if (known !== undefined) return known
    if (this.#running.size >= this.#limits.simulationsMax) return null
    const expiry = setTimeout(() => this.over(run), this.#limits.lastsMs)
    const simulation: Simulation = { run, marks: 0, depth: 0, dataBytes: 0, standing: [], touched: new Set(), expiry }
    this.#running.set(keyOf(run), simulation)
    return simulation
  }

  #refusal({ marks, depth, dataBytes, touched, run }: Simulation, lane: LaneClient | undefined, call: CrossCall): SystemRefusal | null {
    const limits = this.#limits
    const { chainId } = call.to
    if (lane === undefined) return { error: 'LaneUnknown', chainId }
    if (lane.state() !== 'ready') return { error: 'LaneUnavailable', chainId }
    if (marks >= limits.crossCallsMax) return { error: 'SessionLimit', which: 'calls' }
    if (depth >= limits.depthMax) return { error: 'SessionLimit', which: 'depth' }
    if (dataBytes + call.data.length > limits.dataBytesMax) return { error: 'SessionLimit', which: 'data' }
    if (new Set([run.chainId, ...touched, chainId]).size > limits.lanesMax) return { error: 'SessionLimit', which: 'lanes' }
    return null
  }
}

function keyOf({ chainId, id }: SimulationId): string {
  return `${chainId}:${id}`
}
