// Owns: the one table from error codes to JSON-RPC errors, as geth answers them; and errors that exist only at the JSON-RPC surface.
// Does not own: the codes (src/errors.ts) or the envelope (envelope.ts).
// Called by: dispatch, handlers.

import { AppError } from '../errors.js'
import type { ErrorCode } from '../errors.js'
import { toHex } from '../primitives.js'
import type { Bytes } from '../primitives.js'
import { quantity } from './format/quantity.js'
import { revertMessage } from './format/revert.js'

export type RpcErrorObject = { code: number; message: string; data?: unknown }

/** For what only JSON-RPC knows: a code of its own, no cause inside. */
export class JsonRpcError extends Error {
  override readonly name = 'JsonRpcError'
  readonly code: number
  readonly data: unknown
  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.code = code
    this.data = data
  }
}

export const rpcCodes = {
  reverted: 3,
  /** EIP-7966. */
  sendTimeout: 4,
  sendNonceGap: 6,
  server: -32000,
  /** No such lane, or not for this caller. */
  refused: -32001,
  unavailable: -32002,
  unsupported: -32004,
  limitExceeded: -32005,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
} as const

const codes: Record<ErrorCode, number> = {
  'invalid-params': rpcCodes.invalidParams,
  'unknown-lane': rpcCodes.refused,
  'lane-unavailable': rpcCodes.unavailable,
  timeout: rpcCodes.unavailable,
  busy: rpcCodes.limitExceeded,
  'not-allowed': rpcCodes.refused,
  unsupported: rpcCodes.unsupported,

  'tx-malformed': rpcCodes.server,
  'tx-type': rpcCodes.server,
  'tx-chain': rpcCodes.server,
  'tx-sender': rpcCodes.server,
  'tx-known': rpcCodes.server,
  'tx-underpriced': rpcCodes.server,
  'tx-replacement': rpcCodes.server,
  'tx-nonce-low': rpcCodes.server,
  'tx-nonce-high': rpcCodes.server,
  'tx-funds': rpcCodes.server,
  'tx-gas-limit': rpcCodes.server,
  'tx-intrinsic-gas': rpcCodes.server,
  'tx-fee-cap': rpcCodes.server,
  'tx-tip-cap': rpcCodes.server,
  'tx-oversized': rpcCodes.server,
  'tx-initcode': rpcCodes.server,
  'tx-blob': rpcCodes.server,
  'tx-pool-full': rpcCodes.server,
  'tx-sender-code': rpcCodes.server,
  'tx-not-mined': rpcCodes.sendTimeout,
  'tx-leaves': -32000,
  'tx-rejected': rpcCodes.server,
  'unsealed-limit': rpcCodes.limitExceeded,

  reverted: rpcCodes.reverted,
  'vm-error': rpcCodes.server,
  'out-of-gas': rpcCodes.server,
  'gas-cap': rpcCodes.server,

  'block-not-found': rpcCodes.server,
  'history-pruned': rpcCodes.server,
  'range-too-large': rpcCodes.limitExceeded,
  'filter-not-found': rpcCodes.server,
  'account-unknown': rpcCodes.server,

  'config-invalid': rpcCodes.internal,
  'store-in-use': rpcCodes.internal,
  'store-failed': rpcCodes.internal,
  'store-corrupt': rpcCodes.internal,
  'genesis-mismatch': rpcCodes.internal,
  'block-invalid': rpcCodes.internal,
  'gateway-unavailable': rpcCodes.unavailable,
  'gateway-invalid': rpcCodes.internal,
  'gateway-refused': rpcCodes.internal,
  internal: rpcCodes.internal,
}

/** Codes whose data a caller can use; geth sends none for the others. */
const withData: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['unknown-lane', 'range-too-large'])

/** Any thrown value as a JSON-RPC error. What was not meant for callers says only that it happened. */
export function toRpcError(error: unknown): RpcErrorObject {
  if (error instanceof JsonRpcError)
    return error.data === undefined ? { code: error.code, message: error.message } : { code: error.code, message: error.message, data: error.data }
  if (!(error instanceof AppError)) return { code: rpcCodes.internal, message: 'internal error' }
  const code = codes[error.code]
  if (error.code === 'reverted') return revertedError(error)
  if (error.code === 'tx-not-mined') return { code, message: error.message, data: plain(error.data?.hash) }
  if (code === rpcCodes.internal) return { code, message: error.code === 'internal' ? 'internal error' : `internal error: ${error.code}` }
  return withData.has(error.code) && error.data !== undefined
    ? { code, message: error.message, data: plain(error.data) }
    : { code, message: error.message }
}

function revertedError(error: AppError): RpcErrorObject {
  const data = error.data?.data instanceof Uint8Array ? (error.data.data as Bytes) : new Uint8Array(0)
  return { code: rpcCodes.reverted, message: revertMessage(data), data: toHex(data) }
}

/** Error data as JSON: bytes and bigints in hex. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value)
  if (typeof value === 'bigint') return quantity(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
  return value
}
