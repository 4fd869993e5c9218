// Owns: following a gateway with lanes of one's own: which lanes, one wake-up line for all, what is known of the standing.
// Does not own: one lane (lane-follower.ts), sealing.
// Called by: the Buddy process.

import type { LaneClient } from '../../evm-lane/client.js'
import type { GatewayAddress } from '../feed/gateway-rpc.js'
import { openGatewayWake, type Wake } from '../feed/gateway-wake.js'
import { LaneFollower, type LaneFollowerDeps, type LaneFollowing } from './lane-follower.js'

export type Follower = {
  /** Begins to follow a lane, when it is ready. */
  add: (lane: LaneClient) => void
  /** Another Hyper Block was sealed, and the lanes were told. */
  sealed: () => void
  status: () => FollowerStatus
  stop: () => Promise<void>
}

export type FollowerStatus = { connected: boolean; lanes: LaneFollowing[] }

/** `gateway`: where wake-ups come from; null where blocks do not come from a gateway. */
export function createFollower(deps: LaneFollowerDeps, gateway: GatewayAddress | null): Follower {
  const followers = new Map<number, LaneFollower>()
  let connected = false
  const wakeAll = (): void => followers.forEach((lane) => lane.wake())
  const wake: Wake | null =
    gateway === null
      ? null
      : openGatewayWake(gateway, {
          onLane: (chainId) => followers.get(chainId)?.wake(),
          onConnected: () => {
            connected = true
            wakeAll()
          },
          onLost: () => {
            connected = false
          },
        })
  return {
    add: (lane) => {
      followers.set(lane.spec.chainId, new LaneFollower(lane, deps))
      wake?.watch(lane.spec.chainId)
    },
    sealed: () => followers.forEach((lane) => lane.sealed()),
    status: () => ({ connected, lanes: [...followers.values()].map((lane) => lane.status()) }),
    stop: async () => {
      wake?.stop()
      await Promise.all([...followers.values()].map((lane) => lane.stop()))
    },
  }
}
