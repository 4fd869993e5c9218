// Owns: telling the operator of faults of which callers only learn that there was one.
// Does not own: which errors are faults (rpc/errors.ts).
// Called by: node.ts, read-server.ts.

import { AppError } from '../errors.js'
import type { GatewayContext } from '../rpc/method.js'
import type { Log } from './log.js'

export function logFault(log: Log): GatewayContext['onFault'] {
  return (method, { spec }, error) => {
    const { code, text } = error instanceof AppError ? { code: error.code, text: error.message } : { code: 'internal', text: String(error) }
    log('error', `${method} on lane ${spec.name} failed: ${text}`, { lane: spec.chainId, code })
  }
}
