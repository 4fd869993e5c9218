// Owns: the codecs of block parameters: number or tag, and number, tag or hash with the EIP-1898 object forms.
// Does not own: tag names (tags.ts) or finding the block (the lane).
// Called by: the method table, params/log-filter.ts.

import type { BlockRef } from '../../evm-lane/chain-data.js'
import type { ParamCodec } from '../method.js'
import { isTag } from '../tags.js'
import { asObject, invalidParams, isObject, jsonTypeOf, quantityFault, readFixed, wrongText } from './hex.js'
import { optional } from './scalars.js'
import { blockIdSchema, blockNumberSchema } from './schema.js'

/** geth keeps heights in an int64. */
const heightMax = 2n ** 63n - 1n

export function readBlockNumber(json: unknown): BlockRef {
  if (typeof json !== 'string') throw invalidParams(json === '' ? 'empty hex string' : 'hex string without 0x prefix')
  const text = json.trim()
  if (isTag(text)) return { kind: 'tag', tag: text }
  const fault = quantityFault(text, 64)
  if (fault !== null) throw invalidParams(fault)
  const number = BigInt(text)
  if (number > heightMax) throw invalidParams('block number larger than int64')
  return { kind: 'number', number }
}

/** EIP-1898. */
function readBlockObject(json: Record<string, unknown>): BlockRef {
  const { blockNumber, blockHash, requireCanonical } = json
  const hasNumber = blockNumber !== undefined && blockNumber !== null
  const hasHash = blockHash !== undefined && blockHash !== null
  if (hasNumber && hasHash) throw invalidParams('cannot specify both BlockHash and BlockNumber, choose one or the other')
  if (hasNumber) return readBlockNumber(blockNumber)
  if (!hasHash) throw invalidParams('invalid arguments; neither block nor hash specified')
  if (requireCanonical !== undefined && requireCanonical !== null && typeof requireCanonical !== 'boolean') {
    throw wrongText(jsonTypeOf(requireCanonical), { type: 'bool', field: 'erased.requireCanonical' })
  }
  // Whatever it wants: every block of a lane is canonical.
  return { kind: 'hash', hash: readFixed(blockHash, 32, { type: 'common.Hash', field: 'erased.blockHash' }) }
}

function readBlockId(json: unknown): BlockRef {
  if (isObject(json)) return readBlockObject(asObject(json, { type: 'rpc.BlockNumberOrHash' }))
  // A text of 66 characters is a hash: no height needs that many digits.
  if (typeof json === 'string' && json.length === 66) return { kind: 'hash', hash: readFixed(json, 32, { type: 'common.Hash' }) }
  return readBlockNumber(json)
}

/** Number or tag. */
export function blockNumber(name = 'block'): ParamCodec<BlockRef> {
  return { name, schema: blockNumberSchema, required: true, decode: readBlockNumber }
}

/** Number, tag, hash, {blockNumber} or {blockHash}. */
export function blockId(name = 'block'): ParamCodec<BlockRef> {
  return { name, schema: blockIdSchema, required: true, decode: readBlockId }
}

/** As blockId; whoever leaves it out means the latest block. */
export const atBlock: ParamCodec<BlockRef | undefined> = optional(blockId())
