// Owns: which lanes a transcript says executed something: each of them must have a block in the batch, or nobody could check what it answered (S12).
// Does not own: the check of what they answered (each lane's replay).
// Called by: batch-book.ts.

import type { TranscriptOfSession } from '../../evm-lane/session-protocol.js'

/** Refusals of the system are not among them: nothing was executed then. */
export function executedLanes({ events }: TranscriptOfSession): Set<number> {
  const lanes = new Set<number>()
  const called = new Map<number, number>()
  for (const event of events) {
    if (event.kind === 'transaction') lanes.add(event.part.chainId)
    if (event.kind === 'delivery') lanes.add(event.call.to.chainId)
    if (event.kind === 'call') called.set(event.mark, event.call.to.chainId)
    if (event.kind !== 'return' || event.result.kind !== 'done') continue
    const lane = called.get(event.mark)
    if (lane !== undefined) lanes.add(lane)
  }
  return lanes
}
