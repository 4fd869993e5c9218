// Owns: what execution knows of the block it happens in, and its form for the EVM library.
// Does not own: how a new block's fields are chosen (builder.ts).
// Called by: executors, block-execution, simulate.

import type { Common } from '@ethereumjs/common'
import type { Block as LibBlock } from '@ethereumjs/block'
import { Address as LibAddress } from '@ethereumjs/util'
import type { Address, Hash32 } from '../../primitives.js'
import { blobGasPrice } from './fee-rules.js'

export type BlockEnv = {
  number: bigint
  /** Unix seconds. */
  timestamp: bigint
  coinbase: Address
  gasLimit: bigint
  /** null before London. */
  baseFee: bigint | null
  difficulty: bigint
  prevRandao: Hash32
  /** Hash of the Hyper Block that the block builds on (H4), as EIP-4788 has it; null before Cancun. */
  beaconRoot: Hash32 | null
  /** null before Cancun. */
  excessBlobGas: bigint | null
  /** Wei per blob gas where it is not what excessBlobGas says (simulation). */
  blobBaseFee?: bigint
  common: Common
}

const blocks = new WeakMap<BlockEnv, LibBlock>()

/** The library reads only these header fields during execution; building its Block would recompute and check what the lane has already. */
export function libBlock(env: BlockEnv): LibBlock {
  let block = blocks.get(env)
  if (block === undefined) {
    const header = {
      number: env.number,
      timestamp: env.timestamp,
      coinbase: new LibAddress(env.coinbase as Uint8Array<ArrayBuffer>),
      gasLimit: env.gasLimit,
      baseFeePerGas: env.baseFee ?? undefined,
      difficulty: env.difficulty,
      prevRandao: env.prevRandao,
      mixHash: env.prevRandao,
      excessBlobGas: env.excessBlobGas ?? undefined,
      getBlobGasPrice: () => env.blobBaseFee ?? blobGasPrice(env.excessBlobGas ?? 0n, env.common),
      common: env.common,
    }
    block = { header, common: env.common } as unknown as LibBlock
    blocks.set(env, block)
  }
  return block
}
