// An honest PREPARE after view 0 is for the block that its justification leaves (B4.2, B5): a quorum of Timeouts of the view before,
// and under a lock the block of the highest one. Judged from the proposal alone, without the functions of the core that judge it.

import { keyOf, sameBytes } from '../../../../src/codec/bytes.js'
import { headerHashOf } from '../../../../src/buddy/core/signing.js'
import type { Propose, Tc, Vote } from '../../../../src/buddy/core/types.js'
import { Violation } from '../world.js'
import type { Machine, Observer } from '../world.js'

export function justification(): Pick<Observer, 'sent'> {
  return {
    sent: (machine, message) => {
      if (message.kind !== 'votes' || message.vote !== 'prepare' || message.height !== machine.state.height) return
      const own = message.votes.find(({ signature }) => machine.made.has(keyOf(signature)))
      const proposal = machine.state.round.proposals.get(message.view)
      if (own === undefined || proposal === undefined || !sameBytes(proposal.digest, own.digest)) return
      const fault = faultOf(machine, proposal.propose, own)
      if (fault !== null) throw new Violation(`justification: machine ${machine.id} voted in view ${message.view} ${fault}`)
    },
  }
}

function faultOf(machine: Machine, { view, tc }: Propose, { digest }: Vote): string | null {
  if (view === 0) return tc === null ? null : 'with a TC in view 0'
  if (tc === null || tc.view !== view - 1) return 'without the TC of the view before'
  const { set, quorum } = machine.state.committee
  const weight = [...new Set(tc.timeouts.map(({ validator }) => validator))].reduce((sum, validator) => sum + (set[validator]?.weight ?? 0n), 0n)
  if (weight < quorum) return 'with a TC below the quorum'
  return lockFault(tc, digest)
}

function lockFault({ timeouts, highQc }: Tc, digest: Uint8Array): string | null {
  const highest = Math.max(...timeouts.map(({ high }) => high?.view ?? -1))
  if (highest !== (highQc?.view ?? -1)) return 'with a TC that hides its highest lock'
  return highQc === null || sameBytes(headerHashOf(highQc.digest), headerHashOf(digest)) ? null : 'against the lock of its TC'
}
