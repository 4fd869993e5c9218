// Proposes two blocks, votes for two, and gives true headers false bodies, each to other peers.

import { digestOf } from '../../../../src/buddy/core/signing.js'
import type { Random } from '../../../fixtures/random.js'
import type { Misbehave } from '../world.js'
import { forgedPropose, forgedVote, rivalBlock, rivalDigest } from './forge.js'

export function equivocator(prng: Random): Misbehave {
  /** Digests proposed, by height and view, so that double votes meet double proposals. */
  const proposed = new Map<string, Uint8Array[]>()
  return (machine, out) => {
    const { message, to } = out
    if (message.kind === 'propose' && prng.likely(0.6)) {
      const { env } = machine
      if (prng.likely(0.2)) return [{ to, message: { ...message, block: { ...message.block, body: Uint8Array.of(1, 9, 9) } } }]
      const rival = rivalBlock(message, prng.below(3))
      if (rival === null) return [out]
      const name = `${message.height}:${message.view}`
      const known = proposed.get(name) ?? []
      proposed.set(name, [
        ...known,
        digestOf(env, env.crypto.hash(rival.header), message.tc),
        digestOf(env, env.crypto.hash(message.block.header), message.tc),
      ])
      return [{ to, message: forgedPropose(machine, message, rival, message.tc) }]
    }
    if (message.kind === 'votes' && prng.likely(0.6)) {
      const rivals = proposed.get(`${message.height}:${message.view}`) ?? []
      const votes = message.votes.map((vote) =>
        vote.validator === machine.state.self && message.height === machine.state.height
          ? forgedVote(machine, message.vote, message.view, rivalDigest(vote.digest, rivals))
          : vote,
      )
      return prng.likely(0.5) ? [{ to, message: { ...message, votes } }] : [out, { to, message: { ...message, votes } }]
    }
    return [out]
  }
}
