// Owns: the JSON of eth_config (EIP-7910).
// Called by: handlers/chain.ts.

import type { ForkConfig } from '../../evm-lane/protocol.js'
import type { Address } from '../../primitives.js'
import { toHex } from '../../primitives.js'
import { quantity } from './quantity.js'
import type { Json } from './quantity.js'

export function formatForkConfig(fork: ForkConfig | null): Json | null {
  if (fork === null) return null
  const { blobSchedule } = fork
  return {
    activationTime: Number(fork.activationTime),
    blobSchedule:
      blobSchedule === null
        ? null
        : {
            baseFeeUpdateFraction: Number(blobSchedule.baseFeeUpdateFraction),
            max: Number(blobSchedule.max),
            target: Number(blobSchedule.target),
          },
    chainId: quantity(fork.chainId),
    forkId: toHex(fork.forkId),
    precompiles: byName(fork.precompiles),
    systemContracts: byName(fork.systemContracts),
  }
}

function byName(list: { name: string; address: Address }[]): Json {
  return Object.fromEntries(list.map(({ name, address }) => [name, toHex(address)]))
}
