// Owns: methods that ask about the server and its accounts, not about the chain: web3_*, net_*, rpc_*, eth_accounts and the like.
// Called by: the method table.

import { toHex } from '../../primitives.js'
import type { Bytes } from '../../primitives.js'
import { keccak } from '../format/checksum.js'
import { quantity } from '../format/quantity.js'
import type { CallContext } from '../method.js'

export function clientVersion(ctx: CallContext): string {
  return ctx.clientVersion
}

export function sha3(_ctx: CallContext, data: Bytes): string {
  return toHex(keccak(data))
}

export function netVersion(ctx: CallContext): string {
  return ctx.lane.spec.chainId.toString()
}

export function listening(): boolean {
  return true
}

/** A lane has no peers of its own. */
export function peerCount(): string {
  return '0x0'
}

/** Namespaces of the table. */
export function rpcModules(): Record<string, string> {
  return { eth: '1.0', hyper: '1.0', net: '1.0', rpc: '1.0', txpool: '1.0', web3: '1.0' }
}

export function discover(ctx: CallContext): unknown {
  return ctx.openrpc()
}

export function accounts(ctx: CallContext): string[] {
  return ctx.dev === null ? [] : ctx.dev.addresses().map(toHex)
}

export function chainId(ctx: CallContext): string {
  return quantity(ctx.lane.spec.chainId)
}

export function coinbase(ctx: CallContext): string {
  return toHex(ctx.lane.spec.coinbase)
}

export function syncing(): boolean {
  return false
}

/** There is no proof of work. */
export function mining(): boolean {
  return false
}

export function hashrate(): string {
  return '0x0'
}

/** Hardhat Ignition waits for confirmations that a quiet chain never gives, unless this says that blocks come on demand. */
export function automine(): boolean {
  return true
}
