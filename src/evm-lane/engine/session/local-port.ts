// Owns: crossings of an execution that is not part of a session.
// Called by: open-lane.ts, reexecution.ts, simulations.ts.

import type { CrossCall } from '../../session-protocol.js'
import { LeavesLane } from './evm-aborted.js'
import type { CrossPort } from './portal-gate.js'

/** A local attempt ends where it would leave the lane; the transaction then waits for a session (S1). */
export const leavingPort: CrossPort = {
  cross: (call: CrossCall) => Promise.reject(new LeavesLane(call.to.chainId)),
  undoSince: () => Promise.resolve(),
}

/** A lane without a coordinator reaches no other. */
export const lonelyPort: CrossPort = {
  cross: (call: CrossCall) => Promise.resolve({ kind: 'refused', refusal: { error: 'LaneUnavailable', chainId: call.to.chainId }, mark: 0 }),
  undoSince: () => Promise.resolve(),
}
