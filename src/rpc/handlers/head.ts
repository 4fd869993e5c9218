// Owns: the newest block of a lane as handlers need it.
// Called by: handlers, filters.ts, block-feed.ts.

import { AppError } from '../../errors.js'
import type { HeadInfo } from '../../evm-lane/chain-data.js'
import type { LaneClient } from '../../evm-lane/client.js'

/** @throws AppError 'lane-unavailable' while the lane has not recovered its store. */
export function headOf(lane: LaneClient): HeadInfo {
  const head = lane.head()
  if (head === undefined) throw new AppError('lane-unavailable', `lane ${lane.spec.name} (${lane.spec.chainId}) is ${lane.state()}`)
  return head
}
