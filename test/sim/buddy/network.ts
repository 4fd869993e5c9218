// Owns: the way of bytes between machines: loss, delay, duplicates, overtaking, replays, garbage, and partitions of both kinds.

import type { Clock } from './clock.js'
import type { Faults, Spoken } from './faults.js'
import type { Random } from '../../fixtures/random.js'

export type Packet = { from: number; to: number; bytes: Uint8Array; spoken: Spoken }

/** Share that is lost of what a history is deaf to. */
const deafLoss = 0.7
export type Network = {
  send: (packet: Packet) => void
  /** From now on nothing is lost, late, doubled or cut. */
  heal: () => void
  cut: (groups: readonly number[], oneWay: boolean) => void
  sent: () => number
}

const oldPacketsMax = 64

export function createNetwork(parts: { clock: Clock; prng: Random; faults: Faults; deliver: (packet: Packet) => void }): Network {
  const { clock, prng, faults, deliver } = parts
  const old: Packet[] = []
  let groups: readonly number[] = []
  let oneWay = false
  let healed = false
  let count = 0
  /** A one-way cut lets the lower group hear the higher one, but not the reverse. */
  const blocked = (from: number, to: number): boolean => {
    const [a, b] = [groups[from] ?? 0, groups[to] ?? 0]
    return oneWay ? a < b : a !== b
  }
  const travel = (packet: Packet, extraMs: number): void => {
    clock.after(prng.between(0.5, 1.5) + extraMs, () => {
      if (healed || !blocked(packet.from, packet.to)) deliver(packet)
    })
  }
  return {
    sent: () => count,
    heal: () => {
      healed = true
    },
    cut: (next, way) => {
      groups = next
      oneWay = way
    },
    send: (packet) => {
      count++
      if (healed) return travel(packet, 0)
      if (prng.likely(packet.spoken === faults.deafTo ? deafLoss : faults.loss)) return
      travel(packet, prng.likely(faults.reorder) ? prng.between(0, faults.slowMs) : 0)
      if (prng.likely(faults.duplicate)) travel(packet, prng.between(0, faults.slowMs))
      if (prng.likely(faults.garbage)) travel({ ...packet, bytes: spoiled(prng, packet.bytes) }, 0)
      if (old.length < oldPacketsMax) old.push(packet)
      else old[prng.below(oldPacketsMax)] = packet
      if (prng.likely(faults.replay)) travel({ ...prng.pick(old), from: packet.from, to: packet.to }, prng.between(0, 20))
    },
  }
}

/** A flipped bit, a missing end, something added, or noise. */
function spoiled(prng: Random, bytes: Uint8Array): Uint8Array {
  const out = Uint8Array.from(bytes)
  switch (prng.below(4)) {
    case 0: {
      const at = prng.below(out.length)
      out[at] = (out[at] as number) ^ (1 << prng.below(8))
      return out
    }
    case 1:
      return out.subarray(0, prng.below(out.length))
    case 2:
      return Uint8Array.from([...out, prng.below(256)])
    default:
      return Uint8Array.from({ length: prng.below(40) }, () => prng.below(256))
  }
}
