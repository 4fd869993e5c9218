// Toy LaneCerts: each lane has two possible blocks per height; every honest Buddy attests one of them, Byzantine ones both.

import { attestPreimage } from '../../../src/buddy/core/signing.js'
import type { LaneAttest, LaneCert } from '../../../src/buddy/core/types.js'
import { crypto, signAs } from './crypto.js'
import type { Machine, World } from './world.js'

const laneCount = 3

export function reportOf(world: World, machine: Machine): LaneCert[] {
  const { prng } = world
  return Array.from({ length: laneCount }, (_, lane) => lane).flatMap((lane) => {
    const number = BigInt(Math.floor(world.clock.now() / 50) + prng.below(2))
    const cert = certOf(world, machine, { lane, number, variant: prng.chance(0.1) ? 1 : 0 })
    return cert === null ? [] : [cert]
  })
}

function certOf(world: World, { env, state }: Machine, at: { lane: number; number: bigint; variant: number }): LaneCert | null {
  const content = crypto.hash(Uint8Array.of(at.lane, Number(at.number % 251n), at.variant))
  // What an honest one attests for a (lane, number) does not depend on the sealed tip of whoever asks.
  const attest: LaneAttest = {
    laneId: BigInt(at.lane),
    number: at.number,
    laneView: 0,
    ethBlockHash: content,
    parentHyperHash: content,
    stateRoot: content,
    outboxRoot: content,
    inboxCursor: 0n,
  }
  const message = attestPreimage(env, attest)
  const signers = state.committee.set.flatMap(({ key }, index) => {
    const honest = world.machines.some((machine) => machine.honest && machine.key.every((byte, i) => byte === key[i]))
    return !honest || (key[0] as number) % 2 === at.variant ? [{ index, signature: signAs(key, message) }] : []
  })
  const weight = signers.reduce((sum, { index }) => sum + (state.committee.set[index]?.weight ?? 0n), 0n)
  if (weight < state.committee.someHonest) return null
  return { attest, signers: signers.map(({ index }) => index), signatures: signers.map(({ signature }) => signature) }
}
