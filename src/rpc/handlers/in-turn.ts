// Owns: one-after-the-other execution per lane and account.
// Called by: handlers/wallet.ts.

import { AppError } from '../../errors.js'
import type { LaneClient } from '../../evm-lane/client.js'
import { bareHex } from '../../primitives.js'
import type { Address } from '../../primitives.js'

/** Sends of one account that may wait for their turn. */
const waitingMax = 1_024

type Line = { last: Promise<unknown>; waiting: number }
const lines = new WeakMap<LaneClient, Map<string, Line>>()

/** Runs `work` after all earlier work of the same account on the same lane. @throws AppError 'busy' over the bound, and what work throws. */
export async function inTurn<T>(lane: LaneClient, account: Address, work: () => Promise<T>): Promise<T> {
  const accounts = lines.get(lane) ?? new Map<string, Line>()
  lines.set(lane, accounts)
  const key = bareHex(account)
  const line = accounts.get(key) ?? { last: Promise.resolve(), waiting: 0 }
  accounts.set(key, line)
  if (line.waiting >= waitingMax) throw new AppError('busy', `too many transactions of one account wait to be signed: ${waitingMax}`)
  line.waiting++
  const result = line.last.then(work)
  // The next in line goes on whether this one succeeded or not; its own caller hears of the failure.
  line.last = result.catch(() => undefined)
  try {
    return await result
  } finally {
    line.waiting--
    if (line.waiting === 0) accounts.delete(key)
  }
}
