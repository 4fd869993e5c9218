// Owns: reading the portal's logs of each lane, block after block, from where the cursor stands.
// Does not own: what they mean (outbox.ts).
// Called by: coordinator.ts.

import { AppError, errorText } from '../errors.js'
import type { HeadInfo } from '../evm-lane/chain-data.js'
import type { LaneClient } from '../evm-lane/client.js'
import type { Bytes } from '../primitives.js'
import type { HyperLog } from './log.js'
import type { PortalAbi } from './message.js'
import type { Outbox } from './outbox.js'
import type { Keccak256 } from './session-id.js'

type Deps = { outbox: Outbox; portal: PortalAbi; keccak256: Keccak256; scanBlocksMax: number; log: HyperLog }

/** One per lane. Scans do not overlap; a head that comes in the middle is seen by the loop. */
export class MessageScanner {
  readonly #lane: LaneClient
  readonly #deps: Deps
  readonly #portalHash: Bytes
  /** Blocks up to this one are known to hold nothing new; the durable cursor may be behind it. */
  #seen: bigint | null = null
  #running: Promise<void> | null = null
  #stopped = false
  readonly #unlisten: () => void

  constructor(lane: LaneClient, deps: Deps) {
    this.#lane = lane
    this.#deps = deps
    this.#portalHash = deps.keccak256(deps.portal.portal)
    this.#unlisten = lane.on('head', (head) => this.#onHead(head))
  }

  /** Also what was missed while nobody looked. */
  wake(): void {
    this.#running ??= this.#scan().finally(() => {
      this.#running = null
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#unlisten()
    await this.#running
  }

  /** Most blocks hold no message, and their bloom says so without a question to the lane. */
  #onHead({ header }: HeadInfo): void {
    if (this.#running === null && this.#seen !== null && header.number === this.#seen + 1n && !inBloom(header.logsBloom, this.#portalHash)) {
      this.#seen = header.number
      return
    }
    this.wake()
  }

  async #scan(): Promise<void> {
    const { outbox, portal, log } = this.#deps
    const { chainId, name } = this.#lane.spec
    try {
      this.#seen ??= await outbox.cursor(chainId)
      for (let head = this.#headNumber(); head > this.#seen && !this.#stopped && outbox.hasRoom(); head = this.#headNumber()) {
        const span = BigInt(Math.min(this.#deps.scanBlocksMax, this.#lane.spec.limits.logScanBlocksMax))
        const from: bigint = this.#seen + 1n
        const to: bigint = from + span - 1n < head ? from + span - 1n : head
        const range = { kind: 'numbers' as const, from: { kind: 'number' as const, number: from }, to: { kind: 'number' as const, number: to } }
        const logs = await this.#lane.call('logs', { range, addresses: [portal.portal], topics: [portal.topics] })
        // What is delivered elsewhere must not lose its beginning with the power (S9).
        if (logs.length > 0) await this.#lane.call('syncStore', {})
        await outbox.take(chainId, to, logs)
        this.#seen = to
      }
    } catch (error) {
      // The next head, or the lane's return, looks again from the same block.
      if (error instanceof AppError && error.code === 'lane-unavailable') return
      log('error', `lane ${name}: messages cannot be read: ${errorText(error)}`, { lane: chainId })
    }
  }

  #headNumber(): bigint {
    return this.#lane.head()?.header.number ?? 0n
  }
}

/** Yellow paper, section 4.3.1: three bits of 2,048, from the low 11 bits of the first three pairs of bytes of the hash. */
function inBloom(bloom: Bytes, hash: Bytes): boolean {
  for (const at of [0, 2, 4]) {
    const bit = (((hash[at] as number) << 8) | (hash[at + 1] as number)) & 2047
    if (((bloom[255 - (bit >> 3)] as number) & (1 << (bit & 7))) === 0) return false
  }
  return true
}
