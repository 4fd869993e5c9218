// Owns: the refusal of a lane that has made as many blocks beyond the sealed ones as it may.
// Called by: handlers.ts, handlers-session.ts.

import { AppError } from '../../errors.js'
import type { LaneParts } from './lane-parts.js'

/** Back-pressure: a lane that may not go on takes nothing in either. @throws AppError 'unsealed-limit'. */
export function refuseUnsealed({ spec, hyper, chain }: Pick<LaneParts, 'spec' | 'hyper' | 'chain'>): void {
  const head = chain.head.block.header.number
  if (hyper.isWithin(head)) return
  const { finalized } = hyper.tags(head)
  throw new AppError('unsealed-limit', `lane ${spec.name} waits: ${head - finalized} of its blocks are in no sealed Hyper Block yet`, {
    head,
    finalized,
  })
}
