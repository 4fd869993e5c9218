// Owns: telling one lane of proposed and sealed Hyper Blocks: the newest only, or each where the lane follows; again when the lane comes back.
// Does not own: what the lane makes of it (evm-lane/engine/hyper-marks.ts).
// Called by: cycles.ts.

import { AppError } from '../errors.js'
import type { LaneClient } from '../evm-lane/client.js'
import type { SealedMark } from '../evm-lane/protocol.js'
import type { HyperLog } from './log.js'

/** As many as a lane remembers. */
const waitingMax = 16_384

export class LaneTeller {
  readonly #lane: LaneClient
  readonly #log: HyperLog
  readonly #unlisten: () => void
  /** Not known to the lane for certain, oldest first. Of a lane that follows each counts: blocks that it executes again build on any of them (H4). */
  #waiting: SealedMark[]
  #telling: Promise<void> | null = null

  constructor(lane: LaneClient, newest: SealedMark, log: HyperLog) {
    this.#lane = lane
    this.#log = log
    this.#waiting = [newest]
    this.#unlisten = lane.onState((state) => {
      if (state === 'ready') void this.#tell()
    })
  }

  /** Settles when the lane knows it, or is not there to be told. */
  sealed(mark: SealedMark): Promise<void> {
    if (this.#lane.spec.following !== true) this.#waiting = []
    this.#waiting.push(mark)
    if (this.#waiting.length > waitingMax) this.#waiting.shift()
    return this.#tell()
  }

  /** Only a hint (L5): a lane that misses it hears of the Seal. */
  proposed(safe: bigint): void {
    if (this.#lane.state() === 'ready') this.#lane.call('proposed', { safe }).catch(() => undefined)
  }

  stop(): void {
    this.#unlisten()
  }

  #tell(): Promise<void> {
    this.#telling ??= this.#run().finally(() => {
      this.#telling = null
    })
    return this.#telling
  }

  async #run(): Promise<void> {
    for (let mark = this.#waiting[0]; mark !== undefined && this.#lane.state() === 'ready'; mark = this.#waiting[0]) {
      try {
        await this.#lane.call('sealed', mark)
        if (this.#waiting[0] === mark) this.#waiting.shift()
      } catch (error) {
        // The next Hyper Block, or the lane's return, tells it anew.
        if (error instanceof AppError && error.code === 'lane-unavailable') return
        const { name, chainId } = this.#lane.spec
        return this.#log('error', `lane ${name} does not take Hyper Block ${mark.hyperNumber}: ${String(error)}`, { lane: chainId })
      }
    }
  }
}
