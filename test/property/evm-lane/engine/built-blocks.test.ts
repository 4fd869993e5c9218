// Owns: that a block the lane builds is one that the importer of another lane and @ethereumjs/block accept, with the same hash and state.
// Does not own: the executions inside (executor.test.ts). Called by: node --test.

import assert from 'node:assert/strict'
import test from 'node:test'
import { createBlockFromRLP } from '@ethereumjs/block'
import { buildBlock, buildBounds } from '../../../../src/evm-lane/engine/builder.js'
import { commitBlock } from '../../../../src/evm-lane/engine/committer.js'
import { Importer } from '../../../../src/evm-lane/engine/importer.js'
import type { LaneParts } from '../../../../src/evm-lane/engine/lane-parts.js'
import { openLane } from '../../../../src/evm-lane/engine/open-lane.js'
import { decodeTx, type LaneTx } from '../../../../src/evm-lane/engine/tx.js'
import type { LaneSpec } from '../../../../src/evm-lane/lane-spec.js'
import { bareHex, type Address } from '../../../../src/primitives.js'
import { chainId, laneSpec } from '../../../fixtures/engine-lane.js'
import { alloc, forks, randomCoinbase, randomTxs, type Fork } from '../../../fixtures/random-txs.js'
import { seededRandom } from '../../../fixtures/random.js'

const blocks = 5
/** EIP-7685: sha256 of nothing. */
const noRequests = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const genesisSeconds = 1_700_000_000

test('what one lane builds another accepts', { timeout: 300_000 }, async (t) => {
  const random = seededRandom('built blocks')
  for (const fork of forks) {
    // The other wants another coinbase: an importer takes the header's.
    const [maker, taker] = await Promise.all([openLane(specOf(fork, randomCoinbase(random))), openLane(specOf(fork, random.bytes(20)))])
    const importer = new Importer()
    let built = 0
    let withRequests = 0
    for (let i = 1; i <= blocks; i++) {
      const raws = randomTxs(random, fork, chainId, 30, (address) => maker.state.view().accountSync(address)?.nonce ?? 0n)
      const next = await buildBlock(maker, bySender(maker, raws), (genesisSeconds + i) * 1_000 + 250, buildBounds)
      assert(next !== undefined)
      await commitBlock(maker, next.entry, next.sealed)
      const { rlp, block, txs } = next.entry
      built += txs.length
      if (block.header.requestsHash !== undefined && bareHex(block.header.requestsHash) !== noRequests) withRequests++

      assert.deepEqual(await importer.take(taker, { rlp }), { number: BigInt(i), hash: block.header.hash, known: false })
      assert.deepEqual(taker.state.stateRoot, maker.state.stateRoot)
      assert.deepEqual(taker.chain.head.receipts, next.entry.receipts)

      const lib = createBlockFromRLP(rlp, { common: maker.forks.common(fork) })
      assert.equal(bareHex(lib.hash()), bareHex(block.header.hash))
      assert.deepEqual(lib.serialize(), rlp)
      await lib.validateData(false)
      assert(lib.transactions.every((tx) => tx.isSigned()))
    }
    t.diagnostic(`${fork}: ${built} transactions in ${blocks} blocks, ${withRequests} blocks with requests`)
    assert(built > 0)
  }
})

function specOf(hardfork: Fork, coinbase: Address): LaneSpec {
  const genesis = { kind: 'default' as const, hardfork, timestamp: BigInt(genesisSeconds), alloc: alloc(), baseFeePerGas: 1_000_000n }
  return laneSpec({ genesis, coinbase, gasLimit: 2_000_000n })
}

function bySender({ forks: schedule, chain }: LaneParts, raws: Uint8Array[]): LaneTx[][] {
  const { header } = chain.head.block
  const queues = new Map<string, LaneTx[]>()
  for (const raw of raws) {
    const tx = decodeTx(raw, schedule.commonAt(header.number + 1n, header.timestamp), null)
    const queue = queues.get(tx.senderKey) ?? []
    queues.set(tx.senderKey, queue)
    queue.push(tx)
  }
  return [...queues.values()]
}
