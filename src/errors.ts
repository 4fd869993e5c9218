// Owns: the typed operating error, its form on the wire between threads, and what to tell people of any error.
// Does not own: JSON-RPC codes (rpc/errors.ts maps `code` to them) or assertions (assert.ts).
// Called by: everyone.

/** Every operating error of Paralane. Codes are the API, messages are for people (they keep geth's wording where a tool matches on it). */
export type ErrorCode =
  // requests
  | 'invalid-params'
  | 'unknown-lane'
  | 'lane-unavailable'
  | 'timeout'
  | 'busy'
  | 'not-allowed'
  | 'unsupported'
  // transactions
  | 'tx-malformed'
  | 'tx-type'
  | 'tx-chain'
  | 'tx-sender'
  | 'tx-known'
  | 'tx-underpriced'
  | 'tx-replacement'
  | 'tx-nonce-low'
  | 'tx-nonce-high'
  | 'tx-funds'
  | 'tx-gas-limit'
  | 'tx-intrinsic-gas'
  | 'tx-fee-cap'
  | 'tx-tip-cap'
  | 'tx-oversized'
  | 'tx-initcode'
  | 'tx-blob'
  | 'tx-pool-full'
  | 'tx-sender-code'
  | 'tx-not-mined'
  | 'tx-rejected'
  | 'tx-leaves'
  | 'unsealed-limit'
  // execution
  | 'reverted'
  | 'vm-error'
  | 'out-of-gas'
  | 'gas-cap'
  // chain data
  | 'block-not-found'
  | 'history-pruned'
  | 'range-too-large'
  | 'filter-not-found'
  | 'account-unknown'
  // process and storage
  | 'config-invalid'
  | 'store-in-use'
  | 'store-failed'
  | 'store-corrupt'
  | 'genesis-mismatch'
  | 'block-invalid'
  // another Paralane process
  | 'gateway-unavailable'
  | 'gateway-invalid'
  | 'gateway-refused'
  | 'internal'

export type ErrorData = Record<string, unknown>

export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  /** Plain data only: it crosses threads. */
  readonly data: ErrorData | undefined
  constructor(code: ErrorCode, message: string, data?: ErrorData) {
    super(message)
    this.code = code
    this.data = data
  }
}

/** Anything can be thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

export type WireError = { code: ErrorCode; message: string; data?: ErrorData }

/** structuredClone of an Error drops code and data, so errors cross threads as data. */
export function errorToWire(error: unknown): WireError {
  if (error instanceof AppError) {
    return error.data === undefined ? { code: error.code, message: error.message } : { code: error.code, message: error.message, data: error.data }
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { code: 'internal', message }
}

export function errorFromWire(wire: WireError): AppError {
  return new AppError(wire.code, wire.message, wire.data)
}
