// Owns: one history in two phases: anything may happen and safety holds; then a quorum heals and must get on within a bound.

import { keyOf } from '../../../src/codec/bytes.js'
import { committeeOf, weightOf } from '../../../src/buddy/core/validators.js'
import { createWorld } from './cluster.js'
import type { Wish } from './faults.js'
import { crash, feed, restart } from './machine.js'
import { reportOf } from './lanes.js'
import { Violation } from './world.js'
import type { Machine, World } from './world.js'

export type Outcome = {
  seed: number
  hash: string
  violation: string | null
  heights: number
  views: number
  packets: number
  /** How often each rule was told. */
  evidence: ReadonlyMap<string, number>
  crashes: number
  healMs: number
}

/** Virtual time after healing in which everybody who is up must seal this many heights more. */
export const healMsMax = 20_000
const healHeights = 2n
/** Mean time between the cycles of one machine. */
const periodMs = 60

export function simulate(seed: number, wish: Wish): Outcome {
  const tally = { hash: 0xcbf29ce4, notes: 0, evidence: new Map<string, number>(), crashes: 0, healMs: 0 }
  const note = (text: string): void => {
    for (let i = 0; i < text.length; i++) tally.hash = Math.imul(tally.hash ^ text.charCodeAt(i), 0x0100_0193)
    tally.notes++
    const at = text.indexOf(' evidence ')
    const rule = text.slice(at + 10, at + 12)
    if (at >= 0) tally.evidence.set(rule, (tally.evidence.get(rule) ?? 0) + 1)
  }
  const world = createWorld(seed, wish, note)
  let violation: string | null = null
  try {
    for (const machine of world.machines) cycle(world, machine)
    chaos(world, () => void tally.crashes++)
    while (world.clock.turn(world.plan.chaosMs));
    tally.healMs = heal(world)
  } catch (error) {
    // A violation is the finding; whatever else the core throws in some history is one too.
    violation = error instanceof Violation ? error.message : `threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
  }
  const honest = world.machines.filter((machine) => machine.honest)
  return {
    seed,
    hash: `${(tally.hash >>> 0).toString(16).padStart(8, '0')}-${tally.notes}`,
    violation,
    heights: Math.max(...honest.map(({ state }) => Number(state.height) - 1)),
    views: Math.max(...honest.flatMap(({ sealed }) => [...sealed.values()].map(({ seal }) => seal.qc.view)), 0),
    packets: world.network.sent(),
    evidence: tally.evidence,
    crashes: tally.crashes,
    healMs: tally.healMs,
  }
}

/** The shell's clock: each machine is told again and again that it is time for the next block. */
function cycle(world: World, machine: Machine): void {
  world.clock.after(world.prng.between(0.5, 1.5) * periodMs, () => {
    const certs = world.plan.merge === 'buddy' && machine.up ? reportOf(world, machine) : []
    feed(world, machine, { kind: 'cycle', height: machine.state.height, certs })
    cycle(world, machine)
  })
}

function chaos(world: World, crashed: () => void): void {
  const { clock, prng, plan, machines, network } = world
  const { faults, chaosMs } = plan
  const every = (meanMs: number, act: () => void): void => {
    if (meanMs === 0) return
    clock.after(prng.between(0.2, 1.8) * meanMs, () => {
      if (clock.now() >= chaosMs) return
      act()
      every(meanMs, act)
    })
  }
  every(faults.partitionEveryMs, () => {
    const groups = prng.likely(0.25) ? 1 : 2 + prng.below(2)
    const alone = prng.likely(0.3) ? prng.below(machines.length) : null
    network.cut(
      machines.map((_, id) => (alone === null ? prng.below(groups) : Number(id === alone))),
      faults.asymmetric && prng.likely(0.6),
    )
  })
  every(faults.crashEveryMs, () => {
    const victim = prng.pick(machines)
    if (!victim.up) return restart(world, victim)
    crashed()
    crash(world, victim)
    clock.after(prng.between(0, 4) * faults.crashEveryMs, () => restart(world, victim))
  })
}

/** Liveness: with less than a third faulty, dead ones included, and a network that delivers, all others seal on. */
function heal(world: World): number {
  const { clock, network, plan, machines } = world
  const dead = plan.reserves === 0 ? stayingDead(world) : new Set<Machine>()
  for (const machine of machines) {
    if (dead.has(machine)) {
      if (machine.up) crash(world, machine)
      // Nobody starts it again, also not what chaos planned.
      machine.up = false
      machine.life = Number.POSITIVE_INFINITY
    } else restart(world, machine)
  }
  network.heal()
  const healedAt = clock.now()
  const well = machines.filter((machine) => machine.honest && !dead.has(machine))
  const goal = well.reduce((highest, { state }) => (state.height > highest ? state.height : highest), 0n) + healHeights
  while (clock.turn(healedAt + healMsMax)) if (well.every(({ state }) => state.height >= goal)) return clock.now() - healedAt
  const places = well.map(({ id, state }) => `${id}@${state.height}/${state.round.view}`).join(' ')
  throw new Violation(`liveness: ${healMsMax} ms after healing not everybody is at height ${goal}: ${places}`)
}

function stayingDead(world: World): Set<Machine> {
  const { prng, machines, plan } = world
  const [first] = machines
  if (first === undefined || !prng.likely(0.3)) return new Set()
  const committee = committeeOf(first.env, world.setAt(1n))
  const total = committee.set.reduce((sum, { weight }) => sum + weight, 0n)
  const faulty = new Set(plan.byzantine.keys())
  const dead = new Set<Machine>()
  for (const machine of prng.shuffled(machines.filter(({ honest }) => honest))) {
    const index = committee.indexes.get(keyOf(machine.key)) as number
    if (3n * weightOf(committee, [...faulty, index]) >= total) continue
    faulty.add(index)
    dead.add(machine)
  }
  return dead
}

export function replayCommand(seed: number, wish: Wish): string {
  return `npm run sim -- --seed ${seed} --seeds 1 --n ${wish.sizes.join(',')}`
}
