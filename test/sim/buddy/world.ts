// Owns: the types that the parts of one simulated history share.

import type { Effect, Env, Key, Message } from '../../../src/buddy/core/types.js'
import type { State } from '../../../src/buddy/core/state.js'
import type { Block, Evidence, Seal, ValidatorSet } from '../../../src/buddy/core/types.js'
import type { Clock } from './clock.js'
import type { Disk } from './disk.js'
import type { Plan } from './faults.js'
import type { Network } from './network.js'
import type { Random } from '../../fixtures/random.js'

export type Outgoing = { to: Key; message: Message }

/** What a Byzantine machine makes of what an honest one would send. */
export type Misbehave = (machine: Machine, out: Outgoing) => Outgoing[]

export type Machine = {
  id: number
  key: Key
  env: Env
  honest: boolean
  misbehave: Misbehave | null
  skewMs: number
  up: boolean
  /** Grows with each crash, so that timers and packets of an earlier life are void. */
  life: number
  state: State
  disk: Disk
  /** Effects not carried out yet: they wait for the disk, in order. */
  backlog: Effect[]
  syncing: boolean
  /** Signatures made, and those of them that are surely on disk. */
  made: Set<string>
  written: Set<string>
  durable: Set<string>
  sealed: Map<bigint, { seal: Seal; block: Block }>
}

/** Checkers observe; they never help, and throw a Violation. */
export type Observer = {
  sent: (machine: Machine, message: Message) => void
  decided: (machine: Machine, seal: Seal, block: Block) => void
  evidence: (machine: Machine, evidence: Evidence) => void
  recovered: (machine: Machine, before: State | null) => void
}

export type World = {
  plan: Plan
  prng: Random
  clock: Clock
  network: Network
  machines: Machine[]
  observers: Observer[]
  setAt: (height: bigint) => ValidatorSet
  /** Folds an event into the hash of the run. */
  note: (text: string) => void
}

export class Violation extends Error {
  override readonly name = 'Violation'
}
