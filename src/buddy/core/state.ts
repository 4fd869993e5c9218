// Owns: what a Buddy knows: its place in the chain, and everything of the height in work (B3); the context of one step.
// Does not own: changing it (the handlers) or bringing it back from the log (recovery.ts).
// Called by: everything that handles inputs.

import { keyOf } from '../../codec/bytes.js'
import { viewsBehind } from './limits.js'
import { headerHashOf } from './signing.js'
import type {
  Block,
  Digest,
  Effect,
  Env,
  Hash,
  Key,
  LaneCert,
  Message,
  Propose,
  Qc,
  Seal,
  Tc,
  Timeout,
  TimerId,
  ValidatorSet,
  Vote,
  VoteKind,
} from './types.js'
import { committeeOf, indexOf, proposersOf } from './validators.js'
import type { Committee, Level } from './validators.js'

export type State = {
  committee: Committee
  /** This Buddy's place in the set; -1 when it only follows. */
  self: number
  height: bigint
  parentHash: Hash
  last: { seal: Seal; block: Block } | null
  round: Round
  /** Messages of later heights, oldest first (futureMax). */
  future: { from: Key; message: Message }[]
  /** Highest height that a peer spoke of: while it is above ours we ask for Seals. */
  heard: bigint
  /** Who spoke of a later height last, and whether it was asked for Seals just now. */
  guide: Key | null
  asking: boolean
  turn: number
  /** Hashes of certificates found true, oldest first (verifiedMax). */
  verified: Set<string>
}

/** One height. Maps by view hold [view - viewsBehind, ...]. */
export type Round = {
  started: boolean
  /** Who proposes, view by view; found when first asked for. */
  proposers: readonly number[] | null
  view: number
  voted: Map<number, Vote>
  committed: Map<number, Vote>
  timedOut: Map<number, Timeout>
  highQc: Qc | null
  /** Views in which this Buddy proposed. */
  proposed: Set<number>
  proposals: Map<number, Proposal>
  /** By header hash; several views may propose one block. */
  blocks: Map<string, HeldBlock>
  tcs: Map<number, Tc>
  pools: Record<VoteKind, Map<number, Pool>>
  timeouts: Map<number, Map<number, Timeout>>
  /** View for which the shell was asked to build; -1 for none. */
  building: number
  merge: Merge
  sealing: Seal | null
  /** Turns of asking for what is missing; -1 while nothing is. */
  fetchTurn: number
  /** rule:culprit pairs already told. */
  accused: Set<string>
  badJustifications: Map<string, Tc>
}

export type Proposal = { propose: Propose; digest: Digest; logged: boolean }
export type HeldBlock = { block: Block; valid: boolean }
export type Pool = { votes: Map<number, Vote[]>; qc: Qc | null; exchange: Exchange | null }
export type Exchange = { levels: readonly Level[]; sent: boolean[]; turns: number[]; tick: number }
export type Merge = {
  phase: 'idle' | 'running' | 'done'
  lanes: Map<bigint, LaneCert[]>
  contributors: Set<number>
  levels: readonly Level[]
  sent: boolean[]
  tick: number
}

/** What one handler leaves for the next within one step; step.ts dispatches them in order. */
export type Raised =
  | { kind: 'qc'; qc: Qc }
  | { kind: 'tc'; tc: Tc }
  | { kind: 'enter'; view: number; tc: Tc | null }
  /** A proposal, a block, a QC or a view changed: see what can be done now. */
  | { kind: 'progress' }
  | { kind: 'message'; from: Key; message: Message }

export type Ctx = { readonly env: Env; readonly state: State; readonly out: Effect[]; readonly raised: Raised[] }

export type Start = { set: ValidatorSet; height: bigint; parentHash: Hash }

export function createState(env: Env, start: Start): State {
  const committee = committeeOf(env, start.set)
  return {
    committee,
    self: indexOf(committee, env.key),
    height: start.height,
    parentHash: start.parentHash,
    last: null,
    round: createRound(),
    future: [],
    heard: 0n,
    guide: null,
    asking: false,
    turn: 0,
    verified: new Set(),
  }
}

function createRound(): Round {
  return {
    started: false,
    proposers: null,
    view: 0,
    voted: new Map(),
    committed: new Map(),
    timedOut: new Map(),
    highQc: null,
    proposed: new Set(),
    proposals: new Map(),
    blocks: new Map(),
    tcs: new Map(),
    pools: { prepare: new Map(), commit: new Map() },
    timeouts: new Map(),
    building: -1,
    merge: { phase: 'idle', lanes: new Map(), contributors: new Set(), levels: [], sent: [], tick: 0 },
    sealing: null,
    fetchTurn: -1,
    accused: new Set(),
    badJustifications: new Map(),
  }
}

/** The one way into the next height; the caller has the Seal. */
export function advance(env: Env, state: State, sealed: { seal: Seal; block: Block }): void {
  state.last = sealed
  state.parentHash = headerHashOf(sealed.seal.qc.digest)
  state.height += 1n
  if (sealed.block.nextSet !== null) {
    state.committee = committeeOf(env, sealed.block.nextSet)
    state.self = indexOf(state.committee, env.key)
  }
  state.round = createRound()
}

/** What can no longer matter: views too far behind, but for the one that highQc speaks of. */
export function prune(round: Round): void {
  const oldest = round.view - viewsBehind
  const kept = (view: number): boolean => view >= oldest || view === round.highQc?.view
  for (const map of [round.voted, round.committed, round.timedOut, round.proposals, round.pools.prepare, round.pools.commit]) {
    for (const view of map.keys()) if (!kept(view)) map.delete(view)
  }
  for (const view of round.proposed) if (!kept(view)) round.proposed.delete(view)
  for (const view of round.tcs.keys()) if (view < round.view - 1) round.tcs.delete(view)
  for (const view of round.timeouts.keys()) if (view < round.view) round.timeouts.delete(view)
  const held = new Set([...round.proposals.values()].map(({ digest }) => keyOf(headerHashOf(digest))))
  if (round.sealing !== null) held.add(keyOf(headerHashOf(round.sealing.qc.digest)))
  for (const hash of round.blocks.keys()) if (!held.has(hash)) round.blocks.delete(hash)
}

export function poolOf(round: Round, kind: VoteKind, view: number): Pool {
  const known = round.pools[kind].get(view)
  if (known !== undefined) return known
  const pool: Pool = { votes: new Map(), qc: null, exchange: null }
  round.pools[kind].set(view, pool)
  return pool
}

export function heldBlock(round: Round, digest: Digest): HeldBlock | undefined {
  return round.blocks.get(keyOf(headerHashOf(digest)))
}

/** The digest that a quorum prepared or committed in a view, as far as this Buddy knows. */
export function certifiedAt(round: Round, view: number): Digest | null {
  return (round.pools.commit.get(view)?.qc ?? round.pools.prepare.get(view)?.qc)?.digest ?? null
}

export function proposerAt({ env, state }: Pick<Ctx, 'env' | 'state'>, view: number): number {
  const { round, committee, parentHash, height } = state
  round.proposers ??= proposersOf(env, committee.set.length, { parentHash, height })
  return round.proposers[view % committee.set.length] as number
}

export function send({ state, out }: Ctx, to: readonly number[], message: Message): void {
  const others = to.filter((validator) => validator !== state.self)
  if (others.length > 0) out.push({ kind: 'send', to: others.map((validator) => state.committee.set[validator]?.key as Key), message })
}

export function everyone({ committee }: State): number[] {
  return committee.set.map((_, index) => index)
}

export function arm({ out }: Ctx, id: TimerId, delayMs: number): void {
  out.push({ kind: 'timer', id, delayMs })
}
