// After a crash that lost nothing the state of B3 is the one that died: v, voted, committed, timedOut, highQC, decided.

import { keyOf } from '../../../../src/codec/bytes.js'
import { encodeMessage, encodeQc } from '../../../../src/buddy/core/codec.js'
import type { State } from '../../../../src/buddy/core/state.js'
import type { Vote } from '../../../../src/buddy/core/types.js'
import { Violation } from '../world.js'
import type { Observer } from '../world.js'

export function recovery(): Pick<Observer, 'recovered'> {
  return {
    recovered: (machine, before) => {
      if (before === null) return
      const [was, is] = [projection(before), projection(machine.state)]
      if (was !== is) throw new Violation(`recovery: machine ${machine.id} was ${was} and is ${is}`)
    },
  }
}

/** B3, as text. */
export function projection({ height, parentHash, round, committee, self }: State): string {
  const votes = (of: ReadonlyMap<number, Vote>): string[] =>
    [...of].map(([view, { digest, signature }]) => `${view}=${keyOf(digest)}/${keyOf(signature)}`)
  return JSON.stringify({
    height: height.toString(),
    parent: keyOf(parentHash),
    set: keyOf(committee.hash),
    self,
    view: round.view,
    voted: votes(round.voted),
    committed: votes(round.committed),
    timedOut: [...round.timedOut].map(([view, timeout]) => `${view}=${keyOf(encodeMessage(timeout))}`),
    proposed: [...round.proposed],
    high: round.highQc === null ? null : keyOf(encodeQc(round.highQc)),
  })
}
