// Owns: methods about Seals as contracts check them (secp256k1, ecrecover).
// Does not own: the signatures (hyper/onchain-seals.ts); this file only asks.
// Called by: the method table.

import { AppError } from '../../errors.js'
import type { BlockRef } from '../../evm-lane/chain-data.js'
import { decodeOnchainSignature } from '../../hyper/core/onchain-seal.js'
import type { OnchainReader } from '../../hyper/onchain-seals.js'
import type { Bytes } from '../../primitives.js'
import { toHex } from '../../primitives.js'
import { quantity } from '../format/quantity.js'
import type { Json } from '../format/quantity.js'
import type { CallContext } from '../method.js'
import { blockAt, sealingOf } from './hyper-blocks.js'

/** Signatures by rising address: as `HyperSealVerifier.isSealed` takes them. */
export async function getOnchainSeal(ctx: CallContext, at: BlockRef): Promise<Json | null> {
  const onchain = onchainOf(ctx)
  const block = await blockAt(ctx, at)
  if (block === null) return null
  const { genesisHash, number, hash, setHash, digest, signatures } = onchain.sealOf(block)
  return {
    genesisHash: toHex(genesisHash),
    number: quantity(number),
    hash: toHex(hash),
    setHash: toHex(setHash),
    digest: toHex(digest),
    signatures: signatures.map(({ key, address, binding, signature }) => ({
      key: toHex(key),
      address: toHex(address),
      binding: toHex(binding),
      signature: toHex(signature),
    })),
  }
}

/** The bytes of what a Buddy elsewhere signed. */
export function submitOnchainSeal(ctx: CallContext, bytes: Bytes): boolean {
  const signature = decodeOnchainSignature(bytes)
  if (signature === null) throw new AppError('invalid-params', 'not a signature on a Hyper Block')
  onchainOf(ctx).accept(signature)
  return true
}

function onchainOf(ctx: CallContext): OnchainReader {
  const { onchain } = sealingOf(ctx)
  if (onchain === null) throw new AppError('unsupported', 'Seals for contracts are off: hyper.onchainSeals')
  return onchain
}
