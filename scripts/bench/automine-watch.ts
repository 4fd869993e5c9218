// Frees anvil from a stalled automine: under parallel senders it can stop mining while its pool is full
// (foundry issue 10122), seen here in about every second run of thousands of transactions.
// Watches only while a run is on; each stall is counted and shown, so that no result hides it.
import { setTimeout as delay } from 'node:timers/promises'
import { batch, call, type Lane } from './lane.js'

const LOOK_EVERY_MS = 100
/**
 * This many looks with the same head and the same full pool are a stall. While transactions still come in it is left alone:
 * evm_mine between them made anvil keep some that never became executable.
 */
const LOOKS_WITHOUT_PROGRESS = 2

/** `stop` resolves with the number of stalls since the start. */
export type Watch = { stop(): Promise<number> }

export function watchAutomine(lanes: readonly Lane[]): Watch {
  const stopped = new AbortController()
  const counts = Promise.allSettled(lanes.map((lane) => watchLane(lane, stopped.signal)))
  return {
    stop: async () => {
      stopped.abort()
      // A look that failed means that the server is gone, which the run itself reports.
      return (await counts).reduce((sum, count) => sum + (count.status === 'fulfilled' ? count.value : 0), 0)
    },
  }
}

async function watchLane(lane: Lane, stopped: AbortSignal): Promise<number> {
  // With interval mining a full pool that waits is no stall.
  if (!(await call<boolean>(lane, 'anvil_getAutomine', []))) return 0
  let stalls = 0
  let seen = ''
  let looks = 0
  while (!stopped.aborted) {
    await delay(LOOK_EVERY_MS)
    const [status, height] = await batch<unknown>(lane, [
      { method: 'txpool_status', params: [] },
      { method: 'eth_blockNumber', params: [] },
    ])
    const { pending } = status as { pending: string }
    const now = `${String(height)} ${pending}`
    looks = now === seen && BigInt(pending) > 0n ? looks + 1 : 0
    seen = now
    if (looks < LOOKS_WITHOUT_PROGRESS) continue
    await call(lane, 'evm_mine', [])
    stalls++
    looks = 0
  }
  return stalls
}
