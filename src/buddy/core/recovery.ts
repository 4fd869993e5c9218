// Owns: the state that the log proves (B3): voted, committed, timedOut, highQC, view and decided heights, exactly as they were.
// Does not own: reading the log (the runner) or speaking again (`resume` in step.ts).
// Called by: the runner at start, the simulator after a crash.

import { keyOf } from '../../codec/bytes.js'
import { digestOf } from './signing.js'
import { advance, createState, poolOf, prune } from './state.js'
import type { Round, Start, State } from './state.js'
import type { Env, Vote, WalRecord } from './types.js'

/** `records` in the order in which they were written, from any point at or after `start`; older heights are passed over. */
export function recover(env: Env, start: Start, records: Iterable<WalRecord>): State {
  const state = createState(env, start)
  for (const record of records) {
    const height = record.kind === 'accepted' ? record.propose.height : record.height
    if (height !== state.height) continue
    if (record.kind === 'decided') advance(env, state, record)
    else {
      state.round.started = true
      apply(env, state, record)
    }
  }
  return state
}

function apply(env: Env, state: State, record: Exclude<WalRecord, { kind: 'decided' }>): void {
  const { round } = state
  switch (record.kind) {
    case 'accepted': {
      const { propose } = record
      const hash = env.crypto.hash(propose.block.header)
      round.proposals.set(propose.view, { propose, digest: digestOf(env, hash, propose.tc), logged: true })
      round.blocks.set(keyOf(hash), { block: propose.block, valid: true })
      return
    }
    case 'view':
      round.view = record.view
      if (record.tc !== null) round.tcs.set(record.tc.view, record.tc)
      return prune(round)
    case 'proposed':
      round.proposed.add(record.view)
      return
    case 'prepared':
    case 'committed': {
      const vote: Vote = { validator: state.self, digest: record.digest, signature: record.signature }
      const [votes, kind] = record.kind === 'prepared' ? ([round.voted, 'prepare'] as const) : ([round.committed, 'commit'] as const)
      votes.set(record.view, vote)
      poolOf(round, kind, record.view).votes.set(state.self, [vote])
      return
    }
    case 'high':
      round.highQc = record.qc
      poolOf(round, 'prepare', record.qc.view).qc = record.qc
      return
    case 'timed-out':
      return giveUp(round, record.timeout)
  }
}

function giveUp(round: Round, timeout: Extract<WalRecord, { kind: 'timed-out' }>['timeout']): void {
  round.timedOut.set(timeout.view, timeout)
  round.timeouts.set(timeout.view, new Map([[timeout.validator, timeout]]))
}
