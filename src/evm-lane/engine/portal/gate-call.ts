// Owns: what the portal asks at the gate, and the answers that are ABI-encoded (contracts/portal/IGate.sol).
// Does not own: answering (engine/session); the answers of crossCall and callAs are the callee's raw bytes.
// Called by: engine/session.

import { equalBytes, concatBytes, type Address, type Bytes } from '../../../primitives.js'
import { AbiReader, addressWord, selectorOf, word } from './abi.js'

export type GateCall =
  /** `source` of this lane calls `target` of lane `chainId`, with the value of the gate call (S2). */
  | { kind: 'crossCall'; chainId: bigint; target: Address; source: Address; data: Bytes }
  /** Who called `callee` from another lane? */
  | { kind: 'inboundCaller'; callee: Address }
  /** Calls `target` of this lane with msg.sender = asProxy, which stands for `account` of lane `chainId`, with value and gas of the gate call. */
  | { kind: 'callAs'; asProxy: Address; chainId: bigint; account: Address; target: Address; data: Bytes }
  | { kind: 'quote'; chainId: bigint; gasLimit: bigint; dataLength: bigint }
  /** The value leaves this lane's supply: `fee` of it for good, the rest until a delivery mints it on another lane (S9). */
  | { kind: 'burn'; fee: bigint }

const decoders: readonly { selector: Bytes; decode: (reader: AbiReader) => GateCall | null }[] = [
  { selector: selectorOf('crossCall(uint256,address,address,bytes)'), decode: crossCall },
  { selector: selectorOf('inboundCaller(address)'), decode: inboundCaller },
  { selector: selectorOf('callAs(address,uint256,address,address,bytes)'), decode: callAs },
  { selector: selectorOf('quote(uint256,uint256,uint256)'), decode: quote },
  { selector: selectorOf('burn(uint256)'), decode: burn },
]

/** Strict: bytes that the portal would not have written are null. */
export function decodeGateCall(input: Bytes): GateCall | null {
  const selector = input.subarray(0, 4)
  const reader = new AbiReader(input, 4)
  const call = decoders.find((each) => equalBytes(each.selector, selector))?.decode(reader) ?? null
  return reader.atEnd() ? call : null
}

/** Answer to inboundCaller. Nobody: the lane's own chain id and the zero address. */
export function encodeInboundCaller(caller: { chainId: bigint; account: Address }): Bytes {
  return concatBytes(word(caller.chainId), addressWord(caller.account))
}

/** Answer to quote. */
export function encodeQuote(fee: bigint): Bytes {
  return word(fee)
}

function crossCall(reader: AbiReader): GateCall | null {
  const chainId = reader.uint()
  const target = reader.address()
  const source = reader.address()
  const data = reader.finalBytes()
  if (chainId === null || target === null || source === null || data === null) return null
  return { kind: 'crossCall', chainId, target, source, data }
}

function inboundCaller(reader: AbiReader): GateCall | null {
  const callee = reader.address()
  return callee === null ? null : { kind: 'inboundCaller', callee }
}

function callAs(reader: AbiReader): GateCall | null {
  const asProxy = reader.address()
  const chainId = reader.uint()
  const account = reader.address()
  const target = reader.address()
  const data = reader.finalBytes()
  if (asProxy === null || chainId === null || account === null || target === null || data === null) return null
  return { kind: 'callAs', asProxy, chainId, account, target, data }
}

function quote(reader: AbiReader): GateCall | null {
  const chainId = reader.uint()
  const gasLimit = reader.uint()
  const dataLength = reader.uint()
  if (chainId === null || gasLimit === null || dataLength === null) return null
  return { kind: 'quote', chainId, gasLimit, dataLength }
}

function burn(reader: AbiReader): GateCall | null {
  const fee = reader.uint()
  return fee === null ? null : { kind: 'burn', fee }
}
