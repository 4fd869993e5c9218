import test from 'node:test'
import assert from 'node:assert/strict'
import { createBlockHeader } from '@ethereumjs/block'
import type { BlockHeader } from '@ethereumjs/block'
import fc from 'fast-check'
import type { HeaderData } from '../../../../src/evm-lane/chain-data.js'
import { laneCrypto } from '../../../../src/evm-lane/engine/crypto.js'
import { blobGasPrice, gasLimitAllowed, gasPerBlob, nextBaseFee, nextExcessBlobGas, nextGasLimit } from '../../../../src/evm-lane/engine/fee-rules.js'
import { ForkSchedule, gethChainRules, ownChainRules } from '../../../../src/evm-lane/engine/fork-schedule.js'

type Parent = Pick<HeaderData, 'gasLimit' | 'gasUsed' | 'baseFeePerGas' | 'excessBlobGas' | 'blobGasUsed'>

function header(parent: Parent): HeaderData {
  return parent as HeaderData
}

/** The library's header of the same parent, under its own shared Common. */
function libHeader(parent: Parent, forks: ForkSchedule): BlockHeader {
  const fields = { number: 5n, timestamp: 5n, ...parent }
  return createBlockHeader(fields, { common: forks.commonAt(5n, 5n), skipConsensusFormatValidation: true })
}

const forkNames = ['paris', 'cancun', 'prague', 'osaka', 'bpo1', 'bpo2']
const schedules = new Map(forkNames.map((name) => [name, new ForkSchedule(ownChainRules(77_000, name), laneCrypto)]))

const parents = fc.record({
  gasLimit: fc.bigInt(5_000n, 1_000_000_000n),
  fill: fc.integer({ min: 0, max: 1_000 }),
  baseFee: fc.oneof(fc.bigInt(0n, 100n), fc.bigInt(0n, 10n ** 12n)),
  blobs: fc.integer({ min: 0, max: 21 }),
  excess: fc.oneof(fc.constant(0n), fc.bigInt(0n, 300_000_000n)),
})

for (const [name, forks] of schedules) {
  test(`base fee, excess blob gas and blob price equal the library's on ${name}`, () => {
    const common = forks.commonAt(5n, 5n)
    const blobs = common.isActivatedEIP(4844)
    fc.assert(
      fc.property(parents, ({ gasLimit, fill, baseFee, blobs: used, excess }) => {
        const parent: Parent = { gasLimit, gasUsed: (gasLimit * BigInt(fill)) / 1_000n, baseFeePerGas: baseFee }
        if (blobs) {
          parent.excessBlobGas = excess
          const max = common.getBlobGasSchedule().maxBlobGasPerBlock
          parent.blobGasUsed = BigInt(used) * gasPerBlob < max ? BigInt(used) * gasPerBlob : max
        }
        const lib = libHeader(parent, forks)
        assert.equal(nextBaseFee(header(parent), common), lib.calcNextBaseFee())
        if (!blobs) return assert.equal(nextExcessBlobGas(header(parent), common), null)
        assert.equal(nextExcessBlobGas(header(parent), common), lib.calcNextExcessBlobGas(common))
        assert.equal(blobGasPrice(excess, common), lib.getBlobGasPrice())
      }),
      { numRuns: 300 },
    )
  })
}

test("a genesis file's own blob schedule rules from the first question on", () => {
  const forks = new ForkSchedule(
    gethChainRules({
      chainId: 5,
      londonBlock: 0,
      shanghaiTime: 0,
      cancunTime: 0,
      pragueTime: 10,
      osakaTime: 20,
      bpo1Time: 30,
      blobSchedule: {
        cancun: { target: 2, max: 4, baseFeeUpdateFraction: 1_000_000 },
        prague: { target: 5, max: 8, baseFeeUpdateFraction: 2_000_000 },
        osaka: { target: 7, max: 11, baseFeeUpdateFraction: 3_000_000 },
        bpo1: { target: 12, max: 20, baseFeeUpdateFraction: 4_000_000 },
      },
    }),
    laneCrypto,
  )
  const at = (time: bigint): [bigint, bigint, bigint] => {
    const { targetBlobGasPerBlock, maxBlobGasPerBlock, blobGasPriceUpdateFraction } = forks.commonAt(1n, time).getBlobGasSchedule()
    return [targetBlobGasPerBlock / gasPerBlob, maxBlobGasPerBlock / gasPerBlob, blobGasPriceUpdateFraction]
  }
  assert.deepEqual(at(0n), [2n, 4n, 1_000_000n])
  assert.deepEqual(at(10n), [5n, 8n, 2_000_000n])
  assert.deepEqual(at(20n), [7n, 11n, 3_000_000n])
  assert.deepEqual(at(30n), [12n, 20n, 4_000_000n])
})

test('base fee: null before London, the initial one on its first block', () => {
  const forks = new ForkSchedule(gethChainRules({ chainId: 5, berlinBlock: 0, londonBlock: 10 }), laneCrypto)
  const parent = header({ gasLimit: 8_000_000n, gasUsed: 8_000_000n })
  assert.equal(nextBaseFee(parent, forks.commonAt(9n, 0n)), null)
  assert.equal(nextBaseFee(parent, forks.commonAt(10n, 0n)), 1_000_000_000n)
})

test('the gas limit walks to the wanted one by allowed steps', () => {
  fc.assert(
    fc.property(fc.bigInt(5_000n, 10n ** 9n), fc.bigInt(5_000n, 10n ** 9n), (parent, wanted) => {
      const next = nextGasLimit(parent, wanted)
      assert.ok(gasLimitAllowed(next, parent), `${parent} to ${next}`)
      const distance = (limit: bigint): bigint => (limit > wanted ? limit - wanted : wanted - limit)
      assert.ok(next === wanted || distance(next) < distance(parent), `${parent} to ${next} towards ${wanted}`)
    }),
  )
  assert.equal(gasLimitAllowed(30_000_000n + 29_296n, 30_000_000n), false)
  assert.equal(gasLimitAllowed(4_999n, 5_000n), false)
})
