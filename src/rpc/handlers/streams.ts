// Owns: eth_subscribe and eth_unsubscribe.
// Called by: the method table.

import { assert } from '../../assert.js'
import type { CallContext } from '../method.js'
import { subscribe as open, unsubscribe as close } from '../subscriptions.js'

export function subscribe(ctx: CallContext, kind: string, options: unknown): Promise<string> {
  // Dispatch refuses this route class where there is no connection.
  assert(ctx.connection !== null, 'a stream method was called without a connection')
  return open({ lane: ctx.lane, hyper: ctx.hyper, sealing: ctx.sealing, limits: ctx.limits, connection: ctx.connection, kind, options })
}

export function unsubscribe(ctx: CallContext, id: string): boolean {
  assert(ctx.connection !== null, 'a stream method was called without a connection')
  return close(ctx.connection, id)
}
