// Owns: how long a caller waits for each operation of a lane before it gives up.
// Does not own: the limits of the work itself (lane-spec.ts, enforced by the engine).
// Called by: client-core.ts; engine/simulate/call-gate.ts (whose caller has gone).

import { unreachable } from '../assert.js'
import type { LaneSpec } from './lane-spec.js'
import type { Op, Request } from './protocol.js'

/** A lane that builds a full block of 200M gas answers nothing for up to 20 s; a read waits that out. */
export const patienceMs = 30_000
const logsMs = 60_000
/** Longer than any session may last; the coordinator's own limits come first. */
const sessionMs = 60_000
/** One block of an imported chain may be as large as its gas limit lets it be. */
const importMs = 10 * 60_000

export function deadlineMs<K extends Op>(op: K, req: Request<K>, spec: LaneSpec): number {
  const kind: Op = op
  switch (kind) {
    case 'submit':
      return (req as Request<'submit'>).waitMs + patienceMs
    case 'submitSync':
      return (req as Request<'submitSync'>).timeoutMs + patienceMs
    case 'call':
    case 'estimateGas':
    case 'createAccessList':
    case 'fillTransaction':
      return spec.limits.callMs + patienceMs
    case 'logs':
      return logsMs
    case 'importBlock':
    case 'replayBlock':
      return importMs
    case 'sessionOpen':
    case 'sessionAdmit':
    case 'sessionDrop':
    case 'sessionTx':
    case 'sessionDeliver':
    case 'crossCallIn':
    case 'sessionBegin':
    case 'sessionEnd':
    case 'undoIn':
    case 'sessionSeal':
    case 'sessionCommit':
    case 'sessionAbort':
    case 'sessionRecover':
    case 'sessionReplay':
    case 'sessionReceipts':
    case 'simulationEnd':
      return sessionMs
    case 'status':
    case 'sealed':
    case 'proposed':
    case 'setPeers':
    case 'blockFacts':
    case 'syncStore':
    case 'exportBlock':
    case 'block':
    case 'blockReceipts':
    case 'uncle':
    case 'blockTxCount':
    case 'transaction':
    case 'transactionAt':
    case 'rawTransaction':
    case 'receipt':
    case 'balance':
    case 'nonce':
    case 'code':
    case 'storage':
    case 'storageValues':
    case 'proof':
    case 'fees':
    case 'feeHistory':
    case 'forkConfig':
    case 'poolStatus':
    case 'poolContent':
    case 'watchPool':
    case 'stop':
      return patienceMs
    default:
      return unreachable(kind)
  }
}
