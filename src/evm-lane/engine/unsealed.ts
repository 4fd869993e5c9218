// Owns: the refusals of a lane that may not go on: it has made as many blocks beyond the sealed ones as it may, or has lost sealed ones.
// Called by: handlers.ts, handlers-session.ts, handlers-hyper.ts.

import { AppError } from '../../errors.js'
import type { LaneParts } from './lane-parts.js'

/** Back-pressure: a lane that may not go on takes nothing in either. @throws AppError 'unsealed-limit', 'store-corrupt'. */
export function refuseUnsealed({ spec, hyper, chain }: Pick<LaneParts, 'spec' | 'hyper' | 'chain'>): void {
  const head = chain.head.block.header.number
  if (hyper.hasLost(head)) throw lostBlocks({ spec, chain })
  if (hyper.isWithin(head)) return
  const { finalized } = hyper.tags(head)
  throw new AppError('unsealed-limit', `lane ${spec.name} waits: ${head - finalized} of its blocks are in no sealed Hyper Block yet`, {
    head,
    finalized,
  })
}

export function lostBlocks({ spec, chain }: Pick<LaneParts, 'spec' | 'chain'>): AppError {
  const { number } = chain.head.block.header
  return new AppError('store-corrupt', `lane ${spec.name} has lost blocks: some above ${number}, its head, are sealed; it makes none in their place`)
}
