// Owns: whether the ommers that a proof-of-work block names may be named by it.
// Does not own: what they are paid (block-execution.ts), the ommers hash (header-rules.ts).
// Called by: importer.

import { equalBytes } from '../../primitives.js'
import type { HeaderData } from '../chain-data.js'
import { blockInvalid } from './block-invalid.js'
import { checkHeader } from './header-rules.js'
import type { Block } from './header.js'
import type { LaneParts } from './lane-parts.js'

/** An ommer's parent is at most this many generations above the block that names it (Yellow Paper 11.1). */
const generationsMax = 7n

/** Each is a valid child of a recent ancestor, no ancestor itself, and named once. @throws AppError 'block-invalid'. */
export async function checkOmmers(block: Block, parts: Pick<LaneParts, 'chain' | 'forks'>): Promise<void> {
  const { number } = block.header
  if (block.uncles.length === 0) return
  const ancestors = await ancestorsOf(number, parts)
  const named: Uint8Array[] = ancestors.flatMap(({ header, uncles }) => [header.hash, ...uncles.map((uncle) => uncle.hash)])
  for (const ommer of block.uncles) {
    if (named.some((hash) => equalBytes(hash, ommer.hash))) throw blockInvalid(number, 'an ommer is an ancestor or was named before')
    named.push(ommer.hash)
    const parent = ancestors.find(({ header }) => equalBytes(header.hash, ommer.parentHash))
    if (parent === undefined || equalBytes(ommer.parentHash, block.header.parentHash))
      throw blockInvalid(number, 'an ommer is no child of a recent ancestor')
    checkOmmerHeader(number, ommer, parent.header, parts)
  }
}

async function ancestorsOf(number: bigint, { chain }: Pick<LaneParts, 'chain'>): Promise<Block[]> {
  const out: Block[] = []
  for (let at = number - 1n; at >= 0n && at >= number - generationsMax; at--) {
    const entry = await chain.entry(at)
    if (entry !== undefined) out.push(entry.block)
  }
  return out
}

function checkOmmerHeader(number: bigint, ommer: HeaderData, parent: HeaderData, { forks }: Pick<LaneParts, 'forks'>): void {
  try {
    checkHeader(ommer, parent, forks.commonAt(ommer.number, ommer.timestamp))
  } catch (error) {
    throw blockInvalid(number, `ommer: ${(error as Error).message}`)
  }
}
