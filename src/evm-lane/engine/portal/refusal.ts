// Owns: the system's own errors as revert data, and keeping a callee's revert from passing for one (S5).
// Does not own: when a call is refused (the coordinator, engine/session).
// Called by: engine/session, when the gate answers.

import { unreachable } from '../../../assert.js'
import { equalBytes, type Bytes } from '../../../primitives.js'
import type { SystemRefusal } from '../../session-protocol.js'
import { encodeCall, selectorOf, word } from './abi.js'

const laneUnknown = selectorOf('LaneUnknown(uint256)')
const laneUnavailable = selectorOf('LaneUnavailable(uint256)')
const sessionConflict = selectorOf('SessionConflict()')
const sessionLimit = selectorOf('SessionLimit(string)')
const calleeReverted = selectorOf('CalleeReverted(bytes)')
const systemErrors = [laneUnknown, laneUnavailable, sessionConflict, sessionLimit]

export function encodeRefusal(refusal: SystemRefusal): Bytes {
  switch (refusal.error) {
    case 'LaneUnknown':
      return encodeCall(laneUnknown, [word(BigInt(refusal.chainId))])
    case 'LaneUnavailable':
      return encodeCall(laneUnavailable, [word(BigInt(refusal.chainId))])
    case 'SessionConflict':
      return sessionConflict
    case 'SessionLimit':
      return encodeCall(sessionLimit, [], new TextEncoder().encode(refusal.which))
    default:
      return unreachable(refusal)
  }
}

/** What the gate reverts with when the callee did: its own bytes, unless they read as an error of the system; those it wraps (S5). */
export function calleeRevert(data: Bytes): Bytes {
  const selector = data.subarray(0, 4)
  return systemErrors.some((error) => equalBytes(error, selector)) ? encodeCall(calleeReverted, [], data) : data
}
