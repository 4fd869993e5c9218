// Owns: what a Buddy sends besides what the core tells it to: old Seals to those who ask, new ones to followers.
// Does not own: the way (transport.ts).
// Called by: runner.ts.

import type { Sealed } from './app.js'
import { keyOf, sameBytes } from '../codec/bytes.js'
import type { Effect, Key, ValidatorSet } from './core/types.js'
import { pushersMax, servesMax, servesPerPeerMax } from './limits.js'
import type { Transport } from './transport.js'

export type Sender = {
  serve: (effect: Extract<Effect, { kind: 'serve' }>) => void
  /** To the followers connected: a few validators tell each height, in turn, so that one of them may be down. */
  push: (sealed: Sealed, at: { self: number; set: ValidatorSet }) => void
  idle: () => Promise<void>
}

export type SenderParts = {
  transport: Transport
  sealed: (height: bigint) => Promise<Sealed | null>
  refused: (what: string, error: unknown) => void
}

export function createSender({ transport, sealed, refused }: SenderParts): Sender {
  const serving = new Map<Promise<void>, string>()
  const answer = async (to: Key, height: bigint, whole: boolean): Promise<void> => {
    try {
      const found = await sealed(height)
      if (found !== null) transport.send([to], { kind: 'sealed', height, seal: found.seal, block: whole ? found.block : null })
    } catch (error) {
      refused(`serve height ${height}`, error)
    }
  }
  return {
    serve: ({ to, height, whole }) => {
      const peer = keyOf(to)
      const own = [...serving.values()].filter((other) => other === peer).length
      if (serving.size >= servesMax || own >= servesPerPeerMax) return
      const work = answer(to, height, whole)
      serving.set(work, peer)
      void work.finally(() => serving.delete(work))
    },
    push: ({ seal, block }, { self, set }) => {
      if (self < 0 || (Number(seal.qc.height % BigInt(set.length)) + self) % set.length >= pushersMax) return
      const followers = transport.peers.filter((peer) => !set.some(({ key }) => sameBytes(key, peer)))
      if (followers.length > 0) transport.send(followers, { kind: 'sealed', height: seal.qc.height, seal, block })
    },
    idle: async () => {
      await Promise.all(serving.keys())
    },
  }
}
