// Owns: the machines of one history by its plan: validators, reserves, twins, roles; and the schedule of validator sets.

import type { Message, ValidatorSet } from '../../../src/buddy/core/types.js'
import { createClock } from './clock.js'
import { agreement } from './checkers/agreement.js'
import { certificates } from './checkers/certificate.js'
import { honesty } from './checkers/honesty.js'
import { justification } from './checkers/justification.js'
import { recovery } from './checkers/recovery.js'
import { decodeMessage } from '../../../src/buddy/core/codec.js'
import { keyNumber } from './crypto.js'
import { drawPlan } from './faults.js'
import type { Plan, Role, Wish } from './faults.js'
import { createMachine, feed } from './machine.js'
import { createNetwork } from './network.js'
import type { Packet } from './network.js'
import { prng as seeded } from '../../fixtures/random.js'
import type { Random } from '../../fixtures/random.js'
import { equivocator } from './roles/equivocator.js'
import { garbler } from './roles/garbler.js'
import { liar } from './roles/liar.js'
import { replayer } from './roles/replayer.js'
import { withholder } from './roles/withholder.js'
import type { Machine, Misbehave, Observer, World } from './world.js'

const blind: Observer = { sent: () => {}, decided: () => {}, evidence: () => {}, recovered: () => {} }
/** Heights between changes of the set. */
const setHeights = 3n

export function createWorld(seed: number, wish: Wish, note: (text: string) => void): World {
  const prng = seeded(seed)
  const plan = drawPlan(prng, wish)
  const clock = createClock()
  const sets = drawSets(prng, plan)
  const machines: Machine[] = []
  const world: World = {
    plan,
    prng,
    clock,
    machines,
    observers: [],
    note,
    network: createNetwork({ clock, prng, faults: plan.faults, deliver: (packet) => deliver(world, packet) }),
    setAt: (height) => sets[Math.min(Number((height - 1n) / setHeights), sets.length - 1)] as ValidatorSet,
  }
  for (let number = 0; number < plan.size + plan.reserves; number++) {
    const role = plan.byzantine.get(number)
    // Twins: one key, two whole machines that know nothing of each other.
    const copies = role === 'twins' ? 2 : 1
    for (let i = 0; i < copies; i++) {
      machines.push(
        createMachine(world, { id: machines.length, key: keyNumber(number), honest: role === undefined, misbehave: behaviour(prng, role) }),
      )
    }
  }
  world.observers.push(
    { ...blind, ...certificates(world) },
    { ...blind, ...agreement() },
    { ...blind, ...honesty(world) },
    { ...blind, ...justification() },
    { ...blind, ...recovery() },
  )
  return world
}

function deliver(world: World, { from, to, bytes }: Packet): void {
  const [sender, target] = [world.machines[from], world.machines[to]]
  if (sender === undefined || target === undefined || !target.up) return
  const message = decoded(bytes)
  if (message === null) return
  world.note(`${to} ${from} ${message.kind} ${bytes.length}`)
  feed(world, target, { kind: 'receive', from: sender.key, message })
}

/** A broadcast is one array of bytes: decoded once. */
const messages = new WeakMap<Uint8Array, Message | null>()

function decoded(bytes: Uint8Array): Message | null {
  const known = messages.get(bytes)
  if (known !== undefined) return known
  const message = decodeMessage(bytes)
  messages.set(bytes, message)
  return message
}

function behaviour(prng: Random, role: Role | undefined): Misbehave | null {
  switch (role) {
    case undefined:
    case 'twins':
      return null
    case 'equivocator':
      return equivocator(prng)
    case 'withholder':
      return withholder(prng)
    case 'liar':
      return liar(prng)
    case 'replayer':
      return replayer(prng)
    case 'garbler':
      return garbler(prng)
    case 'silent':
      return () => []
  }
}

/** With reserves: they join, then one honest validator leaves, then weights change. */
function drawSets(prng: Random, { size, reserves, weights, byzantine }: Plan): ValidatorSet[] {
  const first = Array.from({ length: size }, (_, i) => ({ key: keyNumber(i), weight: weights[i] as bigint }))
  if (reserves === 0) return [first]
  const joined = [...first, ...Array.from({ length: reserves }, (_, i) => ({ key: keyNumber(size + i), weight: 1n }))]
  const leaving = prng.pick(first.map((_, i) => i).filter((i) => !byzantine.has(i)))
  const left = joined.filter((_, i) => i !== leaving)
  const heavier = left.map((validator, i) => (byzantine.has(i < leaving ? i : i + 1) ? validator : { ...validator, weight: validator.weight + 1n }))
  return [first, joined, left, heavier]
}
