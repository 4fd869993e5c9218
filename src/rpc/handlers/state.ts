// Owns: methods that read the state of accounts.
// Called by: the method table.

import type { BlockRef } from '../../evm-lane/chain-data.js'
import { toHex } from '../../primitives.js'
import type { Address } from '../../primitives.js'
import { formatProof } from '../format/proof.js'
import { quantity } from '../format/quantity.js'
import type { Json } from '../format/quantity.js'
import type { CallContext } from '../method.js'
import type { StorageKey, StorageRequest } from '../params/storage.js'
import { latest } from '../tags.js'

export async function getBalance(ctx: CallContext, address: Address, at: BlockRef = latest): Promise<string> {
  return quantity(await ctx.lane.call('balance', { address, at }))
}

export async function getTransactionCount(ctx: CallContext, address: Address, at: BlockRef = latest): Promise<string> {
  return quantity(await ctx.lane.call('nonce', { address, at }))
}

export async function getCode(ctx: CallContext, address: Address, at: BlockRef = latest): Promise<string> {
  return toHex(await ctx.lane.call('code', { address, at }))
}

export async function getStorageAt(ctx: CallContext, address: Address, key: StorageKey, at: BlockRef = latest): Promise<string> {
  return toHex(await ctx.lane.call('storage', { address, slot: key.slot, at }))
}

export async function getStorageValues(ctx: CallContext, requests: StorageRequest[], at: BlockRef = latest): Promise<Json> {
  const values = await ctx.lane.call('storageValues', { requests: requests.map(({ address, slots }) => ({ address, slots })), at })
  return Object.fromEntries(requests.map(({ key }, i) => [key, (values[i] ?? []).map(toHex)]))
}

export async function getProof(ctx: CallContext, address: Address, keys: StorageKey[], at: BlockRef = latest): Promise<Json> {
  const proof = await ctx.lane.call('proof', { address, slots: keys.map(({ slot }) => slot), at })
  return formatProof(address, keys, proof)
}
