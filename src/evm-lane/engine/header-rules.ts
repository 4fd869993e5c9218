// Owns: whether a foreign block's header and body fit its parent and each other, by Ethereum's rules.
// Does not own: executing it (importer.ts). Proof-of-work seals are not checked: no ethash here.
// Called by: importer.

import { createBlockHeader } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import { bareHex, equalBytes } from '../../primitives.js'
import type { HeaderData } from '../chain-data.js'
import { blockInvalid } from './block-invalid.js'
import { receiptsRoot, transactionsRoot } from './builder.js'
import { gasLimitAllowed, gasPerBlob, nextBaseFee, nextExcessBlobGas } from './fee-rules.js'
import { emptyListHash, encodeHeader, encodeWithdrawal, emptyTrieRoot } from './header.js'
import type { Block } from './header.js'
import { RLP } from '@ethereumjs/rlp'
import { keccak256 } from './keccak.js'
import type { BlockResult } from './block-execution.js'
import { indexTrieRoot } from './state/index-trie.js'
import type { LaneTx } from './tx.js'

type Check = [holds: boolean, reason: string]

function require(number: bigint, checks: Check[]): void {
  for (const [holds, reason] of checks) if (!holds) throw blockInvalid(number, reason)
}

/** `chain`: one that was imported, or a lane's own, whose blocks may share a second (L3). @throws AppError 'block-invalid'. */
export function checkHeader(header: HeaderData, parent: HeaderData, common: Common, chain: 'imported' | 'own' = 'imported'): void {
  const baseFee = nextBaseFee(parent, common)
  // The first block of London doubles its parent's limit along with the target.
  const parentLimit = baseFee !== null && parent.baseFeePerGas === undefined ? parent.gasLimit * 2n : parent.gasLimit
  const excess = nextExcessBlobGas(parent, common)
  require(header.number, [
    [header.number === parent.number + 1n, `number does not follow ${parent.number}`],
    [equalBytes(header.parentHash, parent.hash), `parent hash is 0x${bareHex(header.parentHash)}, the chain's head is 0x${bareHex(parent.hash)}`],
    [
      header.timestamp > parent.timestamp || (chain === 'own' && header.timestamp === parent.timestamp),
      `timestamp ${header.timestamp} is not after its parent's ${parent.timestamp}`,
    ],
    [header.extraData.length <= 32, 'extra data longer than 32 bytes'],
    [header.gasUsed <= header.gasLimit, `gas used ${header.gasUsed} above the limit ${header.gasLimit}`],
    [gasLimitAllowed(header.gasLimit, parentLimit), `gas limit ${header.gasLimit} too far from the parent's ${parentLimit}`],
    [(header.baseFeePerGas ?? null) === baseFee, `base fee is ${header.baseFeePerGas}, must be ${baseFee}`],
    [(header.excessBlobGas ?? null) === excess, `excess blob gas is ${header.excessBlobGas}, must be ${excess}`],
    [(header.withdrawalsRoot !== undefined) === common.isActivatedEIP(4895), 'withdrawals root does not fit the fork'],
    [(header.parentBeaconBlockRoot !== undefined) === common.isActivatedEIP(4788), 'parent beacon block root does not fit the fork'],
    [(header.requestsHash !== undefined) === common.isActivatedEIP(7685), 'requests hash does not fit the fork'],
  ])
  checkConsensus(header, parent, common, chain)
}

function checkConsensus(header: HeaderData, parent: HeaderData, common: Common, chain: 'imported' | 'own'): void {
  // A lane has no miners, whatever its fork.
  if (chain === 'own' || common.consensusType() !== 'pow') {
    require(header.number, [
      [header.difficulty === 0n, 'difficulty must be 0 since proof of stake'],
      [header.nonce.every((byte) => byte === 0), 'nonce must be 0 since proof of stake'],
      [equalBytes(header.uncleHash, emptyListHash), 'ommers are not allowed since proof of stake'],
    ])
    return
  }
  const options = { common, skipConsensusFormatValidation: true }
  const lib = (h: HeaderData): ReturnType<typeof createBlockHeader> =>
    createBlockHeader({ number: h.number, timestamp: h.timestamp, difficulty: h.difficulty, uncleHash: h.uncleHash, gasLimit: h.gasLimit }, options)
  const wanted = lib(header).ethashCanonicalDifficulty(lib(parent))
  require(header.number, [[header.difficulty === wanted, `difficulty is ${header.difficulty}, must be ${wanted}`]])
}

/** What the header says of the body. @throws AppError 'block-invalid'. */
export function checkBody(block: Block, txs: LaneTx[], common: Common): void {
  const { header, uncles, withdrawals } = block
  const uncleHash =
    uncles.length === 0 ? emptyListHash : keccak256(RLP.encode(uncles.map((uncle) => RLP.decode(encodeHeader(uncle)) as Uint8Array[])))
  const blobs = txs.reduce((sum, tx) => sum + tx.blobs, 0)
  require(header.number, [
    [equalBytes(header.transactionsRoot, transactionsRoot(txs)), 'transactions root does not match the transactions'],
    [equalBytes(header.uncleHash, uncleHash), 'ommers hash does not match the ommers'],
    [uncles.length <= 2, 'more than two ommers'],
    [(withdrawals !== null) === (header.withdrawalsRoot !== undefined), 'withdrawals do not fit the fork'],
    [(header.blobGasUsed ?? 0n) === BigInt(blobs) * gasPerBlob, 'blob gas used does not match the blobs'],
  ])
  if (common.isActivatedEIP(4844)) {
    const max = common.getBlobGasSchedule().maxBlobGasPerBlock
    require(header.number, [[(header.blobGasUsed ?? 0n) <= max, `blob gas used above ${max}`]])
  }
  if (withdrawals !== null && header.withdrawalsRoot !== undefined) {
    const root = withdrawals.length === 0 ? emptyTrieRoot : indexTrieRoot(withdrawals.map((w) => RLP.encode(encodeWithdrawal(w))))
    require(header.number, [[equalBytes(root, header.withdrawalsRoot), 'withdrawals root does not match the withdrawals']])
  }
}

/** What the header says of the execution. @throws AppError 'block-invalid'. */
export function checkResult(header: HeaderData, result: BlockResult, stateRoot: Uint8Array): void {
  require(header.number, [
    [header.gasUsed === result.gasUsed, `gas used is ${result.gasUsed}, the header says ${header.gasUsed}`],
    [equalBytes(header.receiptsRoot, receiptsRoot(result.receipts)), 'receipts root does not match the execution'],
    [equalBytes(header.logsBloom, result.logsBloom), 'logs bloom does not match the execution'],
    [
      result.requestsHash === null || equalBytes(header.requestsHash as Uint8Array, result.requestsHash),
      'requests hash does not match the execution',
    ],
    [equalBytes(header.stateRoot, stateRoot), `state root is 0x${bareHex(stateRoot)}, the header says 0x${bareHex(header.stateRoot)}`],
  ])
}
