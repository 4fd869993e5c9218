// Owns: the operations that run messages without a transaction, and those about fees and forks.
// Does not own: the running (simulate/) or the suggestions (fee-oracle.ts, fork-config.ts).
// Called by: handlers.ts.

import { bareHex } from '../../primitives.js'
import type { BlockRef } from '../chain-data.js'
import type { CallRequest, Handlers } from '../protocol.js'
import { effectiveGasPrice } from './executor-vm.js'
import { FeeOracle } from './fee-oracle.js'
import type { TxTip } from './fee-oracle.js'
import { systemTxType } from './system-tx.js'
import { forkConfig } from './fork-config.js'
import type { HandlerParts } from './handler-parts.js'
import type { LaneParts } from './lane-parts.js'
import { Simulator } from './simulate/simulator.js'
import type { SimulatedBlock } from './simulate/simulator.js'

type SimulateOps = 'call' | 'estimateGas' | 'createAccessList' | 'fillTransaction' | 'fees' | 'feeHistory' | 'forkConfig'

const latest: BlockRef = { kind: 'tag', tag: 'latest' }
const pending: BlockRef = { kind: 'tag', tag: 'pending' }

export function simulateHandlers({ parts, pool, reader, simulations }: HandlerParts): Pick<Handlers, SimulateOps> {
  const { spec, forks, slots, chain } = parts
  const simulator = new Simulator({ slots, forks, limits: spec.limits, crossings: (stage) => simulations.begin(stage) })
  const oracle = feeOracle(parts)
  const head = () => chain.head.block.header
  const block = async (at: BlockRef): Promise<SimulatedBlock> => ({
    ...(await reader.stage(at)),
    blockHashes: (number) => chain.recentHash(number) ?? chain.hashOf(number),
  })
  const onBlock = async <T>(req: CallRequest, run: (on: SimulatedBlock, req: CallRequest) => Promise<T>): Promise<T> => run(await block(req.at), req)
  return {
    call: (req) => onBlock(req, (on) => simulator.call(on, req)),
    estimateGas: (req) => onBlock(req, (on) => simulator.estimateGas(on, req)),
    createAccessList: (req) => onBlock(req, (on) => simulator.createAccessList(on, req)),
    fillTransaction: async ({ message }) => {
      const sender = message.from ?? new Uint8Array(20)
      const nonce = pool.nextNonce(bareHex(sender)) ?? (await reader.account(sender, latest))?.nonce ?? 0n
      const context = { chainId: BigInt(spec.chainId), nonce, fees: await oracle.fees(head()), baseFeeHead: head().baseFeePerGas ?? null }
      return simulator.fillTransaction(await block(pending), message, context)
    },
    fees: () => oracle.fees(head()),
    feeHistory: async ({ blockCount, newest, percentiles }) => {
      // The fees of the block to come are in the answer of the head anyway.
      const at = newest.kind === 'tag' && newest.tag === 'pending' ? latest : newest
      const number = at.kind === 'number' ? at.number : await reader.require(at)
      return oracle.feeHistory({ blockCount, newest: number, head: head().number }, percentiles)
    },
    forkConfig: async () => {
      const genesis = await chain.entry(0n)
      const start = { genesisHash: parts.genesisHash, genesisTimestamp: genesis?.block.header.timestamp ?? 0n }
      return forkConfig(forks, start, head().timestamp)
    },
  }
}

function feeOracle({ spec, forks, chain }: LaneParts): FeeOracle {
  const reader = {
    header: async (number: bigint) => (await chain.entry(number))?.block.header,
    receiptsTips: async (number: bigint): Promise<TxTip[]> => {
      const entry = await chain.entry(number)
      if (entry === undefined) return []
      const baseFee = entry.block.header.baseFeePerGas ?? null
      return entry.txs.flatMap((tx, i) =>
        tx.type === systemTxType ? [] : [{ tip: effectiveGasPrice(tx, baseFee) - (baseFee ?? 0n), gasUsed: entry.receipts[i]?.gasUsed ?? 0n }],
      )
    },
  }
  return new FeeOracle({ reader, forks, minTip: spec.pool.minTip, historyMax: spec.limits.feeHistoryBlocksMax })
}
