// Owns: calldata for the portal's functions that the engine itself calls.
// Does not own: messages (messages.ts).
// Called by: engine/session, before the first inbound call of an account.

import type { Address, Bytes } from '../../../primitives.js'
import { addressWord, encodeCall, selectorOf, word } from './abi.js'

const createSelector = selectorOf('createCrossChainProxy(address,uint256)')

/** Answers the proxy that exists already, so that calling it twice does no harm. */
export function createProxyCalldata(original: Address, chainId: bigint): Bytes {
  return encodeCall(createSelector, [addressWord(original), word(chainId)])
}
