// Owns: asking every lane of a committed session to execute its part again alone (S12).
// Does not own: the execution (engine/session/replay.ts), the transcripts (journal.ts).
// Called by: coordinator.ts.

import { AppError } from '../errors.js'
import type { LaneClient } from '../evm-lane/client.js'
import type { ReplayResult } from '../evm-lane/session-protocol.js'
import type { Hash32 } from '../primitives.js'
import type { Journal } from './journal.js'

export type ReplayedLane = ReplayResult & { chainId: number; block: bigint }

/** null: no committed session has this id. @throws AppError 'unknown-lane', and those of the lane's sessionReplay. */
export async function replaySession(journal: Journal, lanes: readonly LaneClient[], id: Hash32): Promise<ReplayedLane[] | null> {
  const session = await journal.session(id)
  const sessions = session === null ? null : await journal.transcripts(session.batch)
  if (session === null || sessions === null) return null
  return Promise.all(
    session.blocks.map(async ({ chainId, number }) => {
      const lane = lanes.find(({ spec }) => spec.chainId === chainId)
      if (lane === undefined) throw new AppError('unknown-lane', `there is no lane ${chainId}`, { chainId })
      return { chainId, block: number, ...(await lane.call('sessionReplay', { number, sessions })) }
    }),
  )
}
