import test from 'node:test'
import assert from 'node:assert/strict'
import type { HeaderData } from '../../../../src/evm-lane/chain-data.js'
import { laneCrypto } from '../../../../src/evm-lane/engine/crypto.js'
import { FeeOracle } from '../../../../src/evm-lane/engine/fee-oracle.js'
import type { TxTip } from '../../../../src/evm-lane/engine/fee-oracle.js'
import { ForkSchedule, ownChainRules } from '../../../../src/evm-lane/engine/fork-schedule.js'
import { AppError } from '../../../../src/errors.js'

const gwei = 10n ** 9n

/** A chain whose block n has the tips given for it. */
function oracleOver(
  blocks: TxTip[][],
  { minTip = 1n, historyMax = 1_024, baseFee = gwei } = {},
): { oracle: FeeOracle; head: HeaderData; reads: () => number } {
  const headers = blocks.map(
    (tips, i) =>
      ({
        number: BigInt(i),
        timestamp: BigInt(i),
        gasLimit: 1_000_000n,
        gasUsed: tips.reduce((sum, { gasUsed }) => sum + gasUsed, 0n),
        baseFeePerGas: baseFee,
        excessBlobGas: 0n,
        blobGasUsed: 0n,
      }) as HeaderData,
  )
  let reads = 0
  const reader = {
    header: (number: bigint) => headers[Number(number)],
    receiptsTips: (number: bigint) => {
      reads++
      return Promise.resolve(blocks[Number(number)] ?? [])
    },
  }
  const oracle = new FeeOracle({ reader, forks: new ForkSchedule(ownChainRules(77_000, null), laneCrypto), minTip, historyMax })
  return { oracle, head: headers.at(-1) as HeaderData, reads: () => reads }
}

const tx = (tip: bigint, gasUsed = 21_000n): TxTip => ({ tip, gasUsed })

test('a lane without transactions suggests the least tip its pool takes', async () => {
  const { oracle, head } = oracleOver([[], [], []], { minTip: 5n })
  const fees = await oracle.fees(head)
  assert.equal(fees.maxPriorityFeePerGas, 5n)
  assert.equal(fees.baseFeeNext, gwei - gwei / 8n)
  assert.equal(fees.gasPrice, (gwei * 5n) / 4n + 5n)
  assert.equal(fees.blobBaseFee, 1n)
})

test('the suggestion is the 60th percentile of the three cheapest tips of each block', async () => {
  const { oracle, head } = oracleOver([[], [tx(10n), tx(900n), tx(30n), tx(20n), tx(901n)], [], [tx(40n), tx(50n)]])
  // Samples 10 20 30 40 50: index floor(4 * 0.6) = 2.
  assert.equal((await oracle.fees(head)).maxPriorityFeePerGas, 30n)
})

test('the suggestion looks back 20 blocks, is never above 500 gwei, and each block is read once', async () => {
  const old = Array.from({ length: 10 }, () => [tx(7n)])
  const recent = Array.from({ length: 20 }, () => [tx(10_000n * gwei)])
  const { oracle, head, reads } = oracleOver([[], ...old, ...recent])
  assert.equal((await oracle.fees(head)).maxPriorityFeePerGas, 500n * gwei)
  assert.equal(reads(), 20)
  await oracle.fees(head)
  await oracle.fees({ ...head })
  assert.equal(reads(), 20)
})

test('a gas price still fits when full blocks raise the base fee before the transaction is signed', async () => {
  const { oracle, head } = oracleOver([[], [tx(2n, 1_000_000n)]])
  const { gasPrice, baseFeeNext, maxPriorityFeePerGas } = await oracle.fees(head)
  assert.equal(baseFeeNext, gwei + gwei / 8n)
  assert.equal(gasPrice, ((gwei + gwei / 8n) * 5n) / 4n + maxPriorityFeePerGas)
  const afterOneMore = (baseFeeNext * 9n) / 8n
  assert.ok(gasPrice - maxPriorityFeePerGas >= afterOneMore)
})

test('fee history: rewards are weighted by gas, empty blocks pay zero', async () => {
  const { oracle, head } = oracleOver([[], [], [tx(30n, 100_000n), tx(10n, 300_000n), tx(20n, 100_000n)]])
  const history = await oracle.feeHistory({ blockCount: 2, newest: 2n, head: head.number }, [0, 60, 61, 80, 100])
  assert.equal(history.oldestBlock, 1n)
  assert.deepEqual(history.reward, [
    [0n, 0n, 0n, 0n, 0n],
    [10n, 10n, 20n, 20n, 30n],
  ])
  assert.deepEqual(history.gasUsedRatio, [0, 0.5])
  assert.deepEqual(history.baseFeePerGas, [gwei, gwei, gwei])
  assert.deepEqual(history.baseFeePerBlobGas, [1n, 1n, 1n])
  assert.deepEqual(history.blobGasUsedRatio, [0, 0])
})

test('fee history: the range is cut at genesis and at the bound', async () => {
  const { oracle } = oracleOver([[], [], []], { historyMax: 2 })
  assert.equal((await oracle.feeHistory({ blockCount: 100, newest: 2n, head: 2n }, null)).oldestBlock, 1n)
  const fromStart = await oracle.feeHistory({ blockCount: 100, newest: 0n, head: 2n }, null)
  assert.equal(fromStart.oldestBlock, 0n)
  assert.equal(fromStart.baseFeePerGas.length, 2)
  assert.equal(fromStart.reward, null)
  assert.deepEqual((await oracle.feeHistory({ blockCount: 0, newest: 2n, head: 2n }, null)).baseFeePerGas, [])
})

test("fee history beyond the head is refused in geth's words", async () => {
  const { oracle } = oracleOver([[], []])
  await assert.rejects(oracle.feeHistory({ blockCount: 1, newest: 9n, head: 1n }, null), (error) => {
    assert.ok(error instanceof AppError)
    assert.equal(error.code, 'block-not-found')
    assert.equal(error.message, 'request beyond head block: requested 9, head 1')
    return true
  })
})
