// Toy LaneCerts: each lane has two possible blocks per height; every honest Buddy attests one of them, Byzantine ones both.

import { keyOf } from '../../../src/codec/bytes.js'
import { attestPreimage } from '../../../src/buddy/core/signing.js'
import type { LaneAttest, LaneCert } from '../../../src/buddy/core/types.js'
import { crypto, signAs } from './crypto.js'
import type { Machine, World } from './world.js'

const laneCount = 3
/** All machines ask for the same few again and again. */
const made = new WeakMap<World, Map<string, LaneCert | null>>()

export function reportOf(world: World, machine: Machine): LaneCert[] {
  const { prng } = world
  return Array.from({ length: laneCount }, (_, lane) => lane).flatMap((lane) => {
    const number = BigInt(Math.floor(world.clock.now() / 50) + prng.below(2))
    const variant = prng.likely(0.1) ? 1 : 0
    const name = `${lane}:${number}:${variant}:${keyOf(machine.state.committee.hash)}`
    const known = made.get(world) ?? new Map<string, LaneCert | null>()
    made.set(world, known)
    if (!known.has(name)) known.set(name, certOf(world, machine, { lane, number, variant }))
    const cert = known.get(name) ?? null
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
