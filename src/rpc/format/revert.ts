// Owns: the words for revert data: Error(string) and Panic(uint256) as geth explains them.
// Does not own: the error code (errors.ts).
// Called by: errors.ts.

import { decodeErrorResult } from 'viem/utils'
import { toHex } from '../../primitives.js'
import type { Bytes } from '../../primitives.js'

const solidityErrors = [
  { type: 'error', name: 'Error', inputs: [{ name: 'reason', type: 'string' }] },
  { type: 'error', name: 'Panic', inputs: [{ name: 'code', type: 'uint256' }] },
] as const

/** Solidity's panic codes, https://docs.soliditylang.org/en/latest/control-structures.html#panic-via-assert-and-error-via-require, in geth's words. */
const panics: ReadonlyMap<bigint, string> = new Map([
  [0x00n, 'generic panic'],
  [0x01n, 'assert(false)'],
  [0x11n, 'arithmetic underflow or overflow'],
  [0x12n, 'division or modulo by zero'],
  [0x21n, 'enum overflow'],
  [0x22n, 'invalid encoded storage byte array accessed'],
  [0x31n, 'out-of-bounds array access; popping on an empty array'],
  [0x32n, 'out-of-bounds access of an array or bytesN'],
  [0x41n, 'out of memory'],
  [0x51n, 'uninitialized function'],
])

/** The reason in revert data, or null where it is a custom error or no ABI data at all. */
function revertReason(data: Bytes): string | null {
  const selector = toHex(data.subarray(0, 4))
  if (selector !== '0x08c379a0' && selector !== '0x4e487b71') return null
  try {
    const decoded = decodeErrorResult({ abi: solidityErrors, data: toHex(data) })
    if (decoded.errorName === 'Error') return decoded.args[0]
    return panics.get(decoded.args[0]) ?? `unknown panic code: 0x${decoded.args[0].toString(16)}`
  } catch {
    // A contract may revert with any bytes after a known selector; then there is no reason to tell.
    return null
  }
}

export function revertMessage(data: Bytes): string {
  const reason = revertReason(data)
  return reason === null ? 'execution reverted' : `execution reverted: ${reason}`
}
