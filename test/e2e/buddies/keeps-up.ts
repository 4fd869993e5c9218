// Owns: the question whether a separate Buddy is where the gateway is, in Hyper Blocks and in lanes.
// Called by: end-to-end tests of separate Buddies.

import assert from 'node:assert/strict'
import { rpc } from '../rpc.js'
import { until } from '../until.js'
import { type BuddyNetwork, type BuddyProcess } from './network.js'

/** The Buddy has sealed what the gateway knows, with lanes of its own that came out the same. */
export async function keepsUp({ gateway, height }: BuddyNetwork, buddy: BuddyProcess): Promise<void> {
  const wanted = await height()
  await until(
    async () => Number(await rpc(buddy.url, 'hyper_blockNumber')) >= wanted,
    () => `Buddy ${buddy.index} lags\n${buddy.output()}`,
  )
  for (const lane of await rpc(gateway.url, 'hyper_getLanes')) {
    const url = (base: string): string => `${base}/${Number(lane.chainId)}`
    const own = await rpc(url(buddy.url), 'eth_getBlockByNumber', ['finalized', false])
    const same = await rpc(url(gateway.url), 'eth_getBlockByNumber', [own.number, false])
    assert.equal(own.hash, same.hash)
  }
  assert.deepEqual((await rpc(buddy.url, 'hyper_following')).refusals, [])
}
