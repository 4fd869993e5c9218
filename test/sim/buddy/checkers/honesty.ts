// An honest Buddy says nothing that is not on its disk (B3), never contradicts itself, also not over crashes, and is never framed (B7).

import { keyOf } from '../../../../src/codec/bytes.js'
import { decodeEvidence, encodeEvidence } from '../../../../src/buddy/core/codec.js'
import { verifyEvidence } from '../../../../src/buddy/core/evidence.js'
import type { Message } from '../../../../src/buddy/core/types.js'
import { committeeOf } from '../../../../src/buddy/core/validators.js'
import { Violation } from '../world.js'
import type { Machine, Observer, World } from '../world.js'

type Statement = { signature: string; what: string; digest: () => string }
type Said = { commits: Set<number>; timeouts: Map<number, number>; once: Map<string, string> }

export function honesty(world: World): Pick<Observer, 'sent' | 'evidence'> {
  const said = new Map<string, Said>()
  const of = (machine: Machine, height: bigint): Said => {
    const name = `${machine.id}:${height}`
    const known = said.get(name) ?? { commits: new Set(), timeouts: new Map(), once: new Map() }
    said.set(name, known)
    return known
  }
  const once = (machine: Machine, height: bigint, what: string, digest: string): void => {
    const known = of(machine, height).once
    if ((known.get(what) ?? digest) !== digest) throw new Violation(`honesty: machine ${machine.id} said two things as ${what} of height ${height}`)
    known.set(what, digest)
  }
  return {
    sent: (machine, message) => {
      for (const { signature, what, digest } of statementsOf(message)) {
        if (!machine.made.has(signature)) continue
        if (!machine.durable.has(signature)) throw new Violation(`persistence: machine ${machine.id} sent ${what} before it was on disk`)
        once(machine, message.height, what, digest())
      }
      locks(machine, message, of(machine, message.height))
    },
    evidence: (machine, evidence) => {
      const committee = committeeOf(machine.env, world.setAt(evidence.height))
      const travelled = decodeEvidence(encodeEvidence(evidence))
      if (travelled === null || !verifyEvidence(machine.env, committee, travelled)) throw new Violation(`evidence: ${evidence.rule} does not verify`)
      const key = committee.set[evidence.culprit]?.key
      const innocent = world.machines.find((other) => other.honest && key !== undefined && keyOf(other.key) === keyOf(key))
      if (innocent !== undefined) throw new Violation(`evidence: ${evidence.rule} frames the honest machine ${innocent.id}`)
    },
  }
}

function statementsOf(message: Message): Statement[] {
  switch (message.kind) {
    case 'propose':
      return [{ signature: keyOf(message.signature), what: `propose ${message.view}`, digest: () => keyOf(message.signature) }]
    case 'votes':
      return message.votes.map((vote) => ({
        signature: keyOf(vote.signature),
        what: `${message.vote} ${message.view}`,
        digest: () => keyOf(vote.digest),
      }))
    case 'timeout':
      return [{ signature: keyOf(message.signature), what: `timeout ${message.view}`, digest: () => keyOf(message.signature) }]
    default:
      return []
  }
}

/** What E3 convicts: a COMMIT of a view and a Timeout of it or a later one that reports a lower lock. */
function locks(machine: Machine, message: Message, { commits, timeouts }: Said): void {
  if (message.kind === 'timeout' && machine.made.has(keyOf(message.signature))) timeouts.set(message.view, message.highQc?.view ?? -1)
  if (message.kind === 'votes' && message.vote === 'commit' && message.votes.some(({ signature }) => machine.made.has(keyOf(signature)))) {
    commits.add(message.view)
  }
  for (const view of commits) {
    for (const [timedOut, high] of timeouts) {
      if (timedOut >= view && high < view) throw new Violation(`honesty: machine ${machine.id} denied its lock of view ${view} in ${timedOut}`)
    }
  }
}
