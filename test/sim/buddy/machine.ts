// Owns: one simulated Buddy: the real core, its effects carried out in order over the simulated disk, clock and network.
// A crash takes its memory, its backlog and the unsynced end of its log.

import { keyOf, sameBytes } from '../../../src/codec/bytes.js'
import { encodeMessage } from '../../../src/buddy/core/codec.js'
import { recover } from '../../../src/buddy/core/recovery.js'
import { resume, step } from '../../../src/buddy/core/step.js'
import type { Effect, Env, Input, Key, Message, WalRecord } from '../../../src/buddy/core/types.js'
import { createState } from '../../../src/buddy/core/state.js'
import { committeeOf, indexOf, setHashOf } from '../../../src/buddy/core/validators.js'
import { crypto, signAs } from './crypto.js'
import { createDisk } from './disk.js'
import type { Spoken } from './faults.js'
import { bodyHolds, makeBlock, readHeader } from './toy-block.js'
import type { Machine, Misbehave, World } from './world.js'

export const genesisHash = crypto.hash(new Uint8Array(0))
/** What a validator lets a proposer's clock be ahead of its own. */
const driftMs = 500

export function createMachine(world: World, at: { id: number; key: Key; honest: boolean; misbehave: Misbehave | null }): Machine {
  const made = new Set<string>()
  const env = envOf(world, at.key, made)
  const { faults } = world.plan
  return {
    ...at,
    env,
    skewMs: Math.round(world.prng.between(-faults.skewMs, faults.skewMs)),
    up: true,
    life: 0,
    state: createState(env, genesis(world)),
    disk: createDisk(),
    backlog: [],
    syncing: false,
    made,
    written: new Set(),
    durable: new Set(),
    sealed: new Map(),
  }
}

export function feed(world: World, machine: Machine, input: Input): void {
  if (!machine.up) return
  machine.backlog.push(...step(machine.env, machine.state, input))
  work(world, machine)
}

export function crash(world: World, machine: Machine): void {
  // With nothing unsynced the log must give back exactly the state that dies here.
  const exact = machine.disk.dirty() || machine.backlog.length > 0 ? null : machine.state
  machine.up = false
  machine.life++
  machine.backlog = []
  machine.syncing = false
  machine.disk.crash(world.prng)
  const records = machine.disk.read()
  machine.state = recover(machine.env, genesis(world), records)
  // What the crash spared of the unsynced end is on disk for good.
  machine.durable = new Set(records.flatMap(signaturesOf))
  machine.written.clear()
  machine.sealed = new Map(records.flatMap((record) => (record.kind === 'decided' ? [[record.height, record] as const] : [])))
  if (machine.honest) for (const { recovered } of world.observers) recovered(machine, exact)
}

export function restart(world: World, machine: Machine): void {
  if (machine.up || machine.life === Number.POSITIVE_INFINITY) return
  machine.up = true
  machine.backlog.push(...resume(machine.env, machine.state))
  work(world, machine)
}

/** B3: a `persist` only grows the log; anything that others could learn of waits until the log is on disk. */
function work(world: World, machine: Machine): void {
  while (!machine.syncing) {
    const effect = machine.backlog[0]
    if (effect === undefined) return
    const told = effect.kind === 'send' || effect.kind === 'decided' || effect.kind === 'serve' || effect.kind === 'evidence'
    if (told && machine.disk.dirty()) return sync(world, machine)
    machine.backlog.shift()
    carryOut(world, machine, effect)
  }
}

function sync(world: World, machine: Machine): void {
  const { prng, clock, plan } = world
  machine.syncing = true
  const { life } = machine
  const delayMs = plan.faults.diskMs + (plan.faults.slowDiskMs > 0 && prng.likely(0.2) ? prng.between(0, plan.faults.slowDiskMs) : 0)
  clock.after(delayMs, () => {
    if (machine.life !== life) return
    machine.disk.sync()
    for (const signature of machine.written) machine.durable.add(signature)
    machine.written.clear()
    machine.syncing = false
    work(world, machine)
  })
}

function carryOut(world: World, machine: Machine, effect: Effect): void {
  const { clock, prng } = world
  const { life } = machine
  const later = (delayMs: number, input: Input): void => clock.after(delayMs, () => (machine.life === life ? feed(world, machine, input) : undefined))
  switch (effect.kind) {
    case 'persist':
      machine.disk.append(effect.record)
      for (const signature of signaturesOf(effect.record)) machine.written.add(signature)
      return
    case 'send':
      return transmit(world, machine, effect)
    case 'timer':
      return later(effect.delayMs * prng.between(0.95, 1.1), { kind: 'timer', id: effect.id })
    case 'build':
      return later(prng.between(0, 2), { kind: 'built', height: effect.height, view: effect.view, block: build(world, machine, effect) })
    case 'validate': {
      const { height, hash, block } = effect
      const nowMs = clock.now() + machine.skewMs
      const early = effect.mode === 'proposed' && (readHeader(block.header)?.timestampMs ?? 0) > nowMs + driftMs
      return later(prng.between(0, 2), { kind: 'validated', height, hash, valid: bodyHolds(block) && !early })
    }
    case 'serve': {
      const known = machine.sealed.get(effect.height)
      if (known === undefined) return
      const message = { kind: 'sealed' as const, height: effect.height, seal: known.seal, block: effect.whole ? known.block : null }
      return transmit(world, machine, { to: [effect.to], message })
    }
    case 'evidence':
      world.note(`${machine.id} evidence ${effect.evidence.rule} ${effect.evidence.culprit}`)
      if (machine.honest) for (const { evidence } of world.observers) evidence(machine, effect.evidence)
      return
    case 'decided':
      machine.sealed.set(effect.seal.qc.height, { seal: effect.seal, block: effect.block })
      world.note(`${machine.id} decided ${effect.seal.qc.height} ${keyOf(effect.seal.qc.digest)}`)
      if (machine.honest) for (const { decided } of world.observers) decided(machine, effect.seal, effect.block)
      return
  }
}

function transmit(world: World, machine: Machine, { to, message }: Pick<Extract<Effect, { kind: 'send' }>, 'to' | 'message'>): void {
  const wanted = to.map((key) => ({ to: key, message }))
  if (machine.honest) for (const { sent } of world.observers) sent(machine, message)
  const bytes = machine.misbehave === null ? encodeMessage(message) : null
  for (const out of machine.misbehave === null ? wanted : wanted.flatMap((one) => machine.misbehave?.(machine, one) ?? [])) {
    const sent = bytes ?? encodeMessage(out.message)
    for (const target of world.machines) {
      if (sameBytes(target.key, out.to)) world.network.send({ from: machine.id, to: target.id, bytes: sent, spoken: spokenOf(out.message) })
    }
  }
}

function spokenOf(message: Message): Spoken {
  switch (message.kind) {
    case 'votes':
      return message.vote
    case 'propose':
    case 'timeout':
      return message.kind
    default:
      return 'other'
  }
}

function build(world: World, machine: Machine, at: Extract<Effect, { kind: 'build' }>): ReturnType<typeof makeBlock> {
  const current = world.setAt(at.height)
  const next = world.setAt(at.height + 1n)
  const { env } = machine
  const [setHash, nextSetHash] = [setHashOf(env, current), setHashOf(env, next)]
  const facts = {
    number: at.height,
    view: at.view,
    proposer: indexOf(committeeOf(env, current), machine.key),
    timestampMs: Math.max(0, Math.round(world.clock.now() + machine.skewMs)),
    parentHash: at.parentHash,
    setHash,
    nextSetHash,
  }
  // Byzantine builders propose wrong roots now and then.
  const valid = machine.honest || world.prng.likely(0.8)
  return makeBlock(facts, { salt: world.prng.below(65_536), valid, nextSet: keyOf(setHash) === keyOf(nextSetHash) ? null : next })
}

function envOf(world: World, key: Key, made: Set<string>): Env {
  const sign = (message: Uint8Array): Uint8Array => {
    const signature = signAs(key, message)
    made.add(keyOf(signature))
    return signature
  }
  const read: Env['readHeader'] = (header) => {
    try {
      return readHeader(header)
    } catch {
      // Not a header at all: the codec bounds its bytes, not its form.
      return null
    }
  }
  const { exchange, merge, quorum } = world.plan
  return { crypto, sign, key, genesisHash, readHeader: read, timing, exchange, merge, quorum }
}

export const timing = { deltaMs: 4, viewTimeoutMs: 60, askMs: 40 }

export function genesis(world: World): { set: ReturnType<World['setAt']>; height: bigint; parentHash: Uint8Array } {
  return { set: world.setAt(1n), height: 1n, parentHash: genesisHash }
}

function signaturesOf(record: WalRecord): string[] {
  switch (record.kind) {
    case 'accepted':
      return [keyOf(record.propose.signature)]
    case 'prepared':
    case 'committed':
      return [keyOf(record.signature)]
    case 'timed-out':
      return [keyOf(record.timeout.signature)]
    case 'view':
    case 'proposed':
    case 'high':
    case 'decided':
      return []
  }
}
