// Owns: whether a block that another node of this network made could have been made: its time (L3), what it builds on (H4), what its body may hold.
// Does not own: the rules of Ethereum (header-rules.ts), executing it (reexecution.ts).
// Called by: own-importer.ts.

import { AppError } from '../../errors.js'
import { bareHex, equalBytes } from '../../primitives.js'
import type { Hash32 } from '../../primitives.js'
import type { HeaderData } from '../chain-data.js'
import type { OwnBlock } from '../protocol.js'
import { blockInvalid } from './block-invalid.js'
import { prevRandaoAfter } from './builder.js'
import { zeroHash } from './header.js'
import type { Block } from './header.js'
import type { HyperMarks } from './hyper-marks.js'
import type { Peers } from './peer-history.js'

type Known = { hyper: HyperMarks; crossing: { peers: Peers } }

/** @throws AppError 'block-invalid'. */
export function checkOwn(block: Block, own: OwnBlock, parent: HeaderData, known: Known): void {
  const { number, timestamp } = block.header
  const refuse = (reason: string): never => {
    throw blockInvalid(number, reason)
  }
  if (!Number.isSafeInteger(own.timestampMs) || own.timestampMs < 0) refuse(`${own.timestampMs} is no time in milliseconds`)
  const seconds = BigInt(Math.floor(own.timestampMs / 1_000))
  const wanted = seconds > parent.timestamp ? seconds : parent.timestamp
  if (timestamp !== wanted) refuse(`timestamp is ${timestamp}, must be ${wanted} for ${own.timestampMs} ms after a block of ${parent.timestamp}`)
  if (block.uncles.length > 0 || (block.withdrawals?.length ?? 0) > 0) refuse('a lane has neither ommers nor withdrawals')
  for (const peer of own.peers) if (!known.crossing.peers.has(peer)) refuse(`it could reach lane ${peer}, which is not known here`)
  checkHyper(block.header, parent, known.hyper)
  checkLinks(block, own)
}

/** H4. */
function checkHyper(header: HeaderData, parent: HeaderData, hyper: HyperMarks): void {
  const { number, parentBeaconBlockRoot: root } = header
  if (root !== undefined) {
    const at = hyper.numberOf(root)
    if (at === undefined) throw unknownHyper(number, root)
    const before = parent.parentBeaconBlockRoot === undefined ? undefined : hyper.numberOf(parent.parentBeaconBlockRoot)
    // What the parent builds on may be too long ago to be remembered; then it is older.
    if (before !== undefined && at < before) throw blockInvalid(number, `it builds on Hyper Block ${at}, its parent on ${before}`)
  }
  const randao = prevRandaoAfter(parent, root ?? zeroHash)
  if (!equalBytes(header.mixHash, randao)) throw blockInvalid(number, `prevRandao is 0x${bareHex(header.mixHash)}, must be 0x${bareHex(randao)}`)
}

/** It may become known: `awaits` tells it from what never becomes right. */
function unknownHyper(number: bigint, root: Hash32): AppError {
  const { code, message, data } = blockInvalid(number, `it builds on Hyper Block 0x${bareHex(root)}, which is not known here`)
  return new AppError(code, message, { ...data, awaits: 'hyper' })
}

/** Links are what RPC adds to a receipt, not consensus; they name sessions of the block all the same. */
function checkLinks({ header, transactions }: Block, { links, sessions }: OwnBlock): void {
  if (links.length !== transactions.length) throw blockInvalid(header.number, `${links.length} links for ${transactions.length} transactions`)
  for (const link of links) {
    if (link === null && sessions === null) continue
    if (link === null || sessions?.some(({ id }) => equalBytes(id, link.session)) !== true) {
      throw blockInvalid(header.number, 'a transaction is linked to a session that the block does not have')
    }
  }
}
