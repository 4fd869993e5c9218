// Owns: that the lane's executor and the EVM library, given the same blocks, agree on every receipt, every refusal and every state root.
// Does not own: either of them. Called by: node --test. EXECUTOR_BLOCKS makes it longer.

import assert from 'node:assert/strict'
import test from 'node:test'
import { AppError } from '../../../../src/errors.js'
import { BlockExecution } from '../../../../src/evm-lane/engine/block-execution.js'
import type { BlockEnv } from '../../../../src/evm-lane/engine/block-env.js'
import { encodeConsensusReceipt } from '../../../../src/evm-lane/engine/chain/receipt-codec.js'
import { LaneExecutor, VmExecutor } from '../../../../src/evm-lane/engine/executor.js'
import { keccak256 } from '../../../../src/evm-lane/engine/keccak.js'
import type { LaneParts } from '../../../../src/evm-lane/engine/lane-parts.js'
import { openLane } from '../../../../src/evm-lane/engine/open-lane.js'
import { decodeTx, type LaneTx } from '../../../../src/evm-lane/engine/tx.js'
import { bareHex, bigintToFixed, type Hash32 } from '../../../../src/primitives.js'
import { chainId, laneSpec } from '../../../fixtures/engine-lane.js'
import { alloc, forks, randomCoinbase, randomTxs, type Fork } from '../../../fixtures/random-txs.js'
import { seededRandom } from '../../../fixtures/random.js'

const blocks = Number(process.env['EXECUTOR_BLOCKS'] ?? 6)
const txsPerBlock = 30

type Outcome = { outcomes: string[]; stateRoot: string; requestsHash: string | null; plain: number }

test('the short cut and the EVM agree', { timeout: 300_000 }, async (t) => {
  const random = seededRandom('executors')
  for (const fork of forks) {
    const [short, reference] = await Promise.all([openFork(fork), openFork(fork)])
    let included = 0
    let plain = 0
    for (let number = 1n; number <= BigInt(blocks); number++) {
      const env = blockEnv(short, number, { coinbase: randomCoinbase(random), baseFee: BigInt(random.pick([7, 1_000, 999_999_999])) })
      const nonceOf = (address: Uint8Array): bigint => short.state.view().accountSync(address)?.nonce ?? 0n
      const raws = randomTxs(random, fork, chainId, txsPerBlock, nonceOf)
      const got = await run(short, LaneExecutor, env, raws)
      assert.deepEqual(got, await run(reference, VmExecutor, { ...env, common: reference.forks.common(fork) }, raws), `${fork}, block ${number}`)
      included += got.outcomes.filter((outcome) => outcome !== 'refused').length
      plain += got.plain
    }
    t.diagnostic(`${fork}: ${included} of ${blocks * txsPerBlock} transactions could be executed, ${plain} were plain transfers`)
    assert(included > 0 && plain > 0)
  }
})

function openFork(hardfork: Fork): Promise<LaneParts> {
  return openLane(laneSpec({ genesis: { kind: 'default', hardfork, timestamp: 1_700_000_000n, alloc: alloc(), baseFeePerGas: 7n } }))
}

function blockEnv({ forks: schedule }: LaneParts, number: bigint, { coinbase, baseFee }: Pick<BlockEnv, 'coinbase' | 'baseFee'>): BlockEnv {
  const timestamp = 1_700_000_000n + number
  const common = schedule.commonAt(number, timestamp)
  const excessBlobGas = common.isActivatedEIP(4844) ? 0n : null
  return {
    number,
    timestamp,
    coinbase,
    gasLimit: 6_000_000n,
    baseFee,
    difficulty: 0n,
    prevRandao: bigintToFixed(number, 32),
    beaconRoot: excessBlobGas === null ? null : new Uint8Array(32).fill(7),
    excessBlobGas,
    common,
  }
}

/** Executes the block and makes it the head of its lane. */
async function run(
  { state, store, slots }: LaneParts,
  Executor: typeof LaneExecutor | typeof VmExecutor,
  env: BlockEnv,
  raws: Uint8Array[],
): Promise<Outcome> {
  const view = state.view()
  const blockHashes = (number: bigint): Hash32 => keccak256(bigintToFixed(number, 8))
  const execution = new BlockExecution(view, env, new Executor({ slots, state: view, env, blockHashes }), {
    parentHash: blockHashes(env.number - 1n),
  })
  const outcomes: string[] = []
  const txs = raws.map((raw) => decodeTx(raw, env.common, null))
  for (const tx of txs) outcomes.push(await outcome(execution, tx))
  const { requestsHash } = await execution.finish(null)
  execution.close()
  const sealed = state.seal(view, env.number)
  await store.batch(sealed.ops)
  state.advance(sealed)
  state.flushed(env.number)
  const plain = txs.filter((tx) => tx.plain !== null).length
  return { outcomes, stateRoot: bareHex(sealed.stateRoot), requestsHash: requestsHash === null ? null : bareHex(requestsHash), plain }
}

async function outcome(execution: BlockExecution, tx: LaneTx): Promise<string> {
  try {
    const receipt = await execution.include(tx)
    const { gasUsed, effectiveGasPrice, contractAddress, blobGasUsed, blobGasPrice } = receipt
    return [
      bareHex(encodeConsensusReceipt(receipt)),
      gasUsed,
      effectiveGasPrice,
      contractAddress === null ? '' : bareHex(contractAddress),
      blobGasUsed,
      blobGasPrice,
    ].join(' ')
  } catch (error) {
    // The words differ; that it cannot be in the block must not.
    if (error instanceof AppError && error.code === 'tx-rejected') return 'refused'
    throw error
  }
}
