// Owns: the reference count of those who want to hear of pooled transactions; the lane tells only while somebody listens.
// Called by: filters.ts, lane-feed.ts.

import type { LaneClient } from '../evm-lane/client.js'
import type { PoolTx } from '../evm-lane/protocol.js'

class PoolWatch {
  readonly #lane: LaneClient
  #listeners = 0
  #undoState: (() => void) | undefined
  constructor(lane: LaneClient) {
    this.#lane = lane
  }

  /** Resolves once the lane tells; the undo may be called more than once. */
  async watch(listener: (txs: PoolTx[]) => void): Promise<() => void> {
    const off = this.#lane.on('poolAdded', ({ txs }) => listener(txs))
    let active = true
    const undo = (): void => {
      if (!active) return
      active = false
      off()
      this.#listeners--
      if (this.#listeners === 0) this.#silence()
    }
    this.#listeners++
    try {
      if (this.#listeners === 1) await this.#ask()
    } catch (error) {
      undo()
      throw error
    }
    return undo
  }

  async #ask(): Promise<void> {
    // A restarted worker has forgotten whom it told (L7).
    this.#undoState ??= this.#lane.onState((state) => {
      if (state === 'ready') this.#send(true)
    })
    await this.#lane.call('watchPool', { on: true })
  }

  #silence(): void {
    this.#undoState?.()
    this.#undoState = undefined
    this.#send(false)
  }

  #send(on: boolean): void {
    // A lane that is down has nothing to tell; when it is back its state change asks again.
    this.#lane.call('watchPool', { on }).catch(() => undefined)
  }
}

const watches = new WeakMap<LaneClient, PoolWatch>()

export function watchPool(lane: LaneClient, listener: (txs: PoolTx[]) => void): Promise<() => void> {
  let watch = watches.get(lane)
  if (watch === undefined) {
    watch = new PoolWatch(lane)
    watches.set(lane, watch)
  }
  return watch.watch(listener)
}
