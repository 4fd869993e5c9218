// Owns: what a genesis.json may say, and what is refused with the key named.
// Does not own: the chain that grows from it (conformance/import.test.ts). Called by: node --test.

import assert from 'node:assert/strict'
import test from 'node:test'
import { openLane } from '../../../../src/evm-lane/engine/open-lane.js'
import type { LaneParts } from '../../../../src/evm-lane/engine/lane-parts.js'
import { bareHex } from '../../../../src/primitives.js'
import { chainId, laneSpec } from '../../../fixtures/engine-lane.js'

const blob = (target: number, max: number) => ({ target, max, baseFeeUpdateFraction: 5_007_716 })
const config = {
  chainId,
  homesteadBlock: 0,
  eip150Block: 0,
  eip158Block: 0,
  byzantiumBlock: 0,
  constantinopleBlock: 0,
  petersburgBlock: 0,
  istanbulBlock: 0,
  berlinBlock: 0,
  londonBlock: 0,
  terminalTotalDifficulty: 0,
  shanghaiTime: 0,
  cancunTime: 0,
  pragueTime: 0,
  osakaTime: 100,
  bpo1Time: 200,
  bpo3Time: 300,
  blobSchedule: { cancun: blob(3, 6), prague: blob(6, 9), osaka: blob(6, 9), bpo1: blob(1, 2), bpo3: blob(30, 60) },
}

function open(changes: { config?: object; alloc?: object } = {}): Promise<LaneParts> {
  const json = JSON.stringify({ gasLimit: '0x1c9c380', difficulty: '0x0', alloc: {}, ...changes, config: { ...config, ...changes.config } })
  return openLane(laneSpec({ genesis: { kind: 'geth', json } }))
}

test('the blob schedule of the genesis holds, for forks that the library does not know too', async () => {
  const { forks } = await open()
  const blobs = (time: bigint): [string, bigint, bigint] => {
    const common = forks.commonAt(1n, time)
    const { targetBlobGasPerBlock, maxBlobGasPerBlock } = common.getBlobGasSchedule()
    return [forks.forkAt(1n, time), targetBlobGasPerBlock / 131_072n, maxBlobGasPerBlock / 131_072n]
  }
  assert.deepEqual([0n, 99n, 100n, 200n, 300n].map(blobs), [
    ['prague', 6n, 9n],
    ['prague', 6n, 9n],
    ['osaka', 6n, 9n],
    ['bpo1', 1n, 2n],
    ['bpo3', 30n, 60n],
  ])
})

test('a slot of value zero is no slot', async () => {
  const account = (storage: object): object => ({ '00000000000000000000000000000000000000aa': { balance: '0x1', code: '0x00', storage } })
  const [without, zero, one] = await Promise.all([
    open({ alloc: account({}) }),
    open({ alloc: account({ '0x1': '0x00' }) }),
    open({ alloc: account({ '0x1': '0x01' }) }),
  ])
  assert.equal(bareHex(zero.genesisHash), bareHex(without.genesisHash))
  assert.notEqual(bareHex(one.genesisHash), bareHex(without.genesisHash))
})

const refused: { what: string; changes: Parameters<typeof open>[0]; names: RegExp }[] = [
  { what: 'a fork nobody knows', changes: { config: { amsterdamTime: 400 } }, names: /config\.amsterdamTime/ },
  { what: 'a blob fork without its schedule', changes: { config: { bpo4Time: 400 } }, names: /blobSchedule\.bpo4/ },
  { what: 'a fork at no number', changes: { config: { osakaTime: 'soon' } }, names: /config\.osakaTime/ },
  { what: 'a chain id that is none', changes: { config: { chainId: -1 } }, names: /config\.chainId/ },
  { what: 'proof of authority', changes: { config: { clique: { period: 5 } } }, names: /config\.clique/ },
  { what: 'an address that is none', changes: { alloc: { '00aa': { balance: '1' } } }, names: /alloc\.00aa/ },
  { what: 'a balance that is none', changes: { alloc: { ['00'.repeat(20)]: { balance: 'much' } } }, names: /alloc\.0{40}\.balance/ },
  { what: 'code that is not hex', changes: { alloc: { ['00'.repeat(20)]: { balance: '1', code: '0xzz' } } }, names: /alloc\.0{40}\.code/ },
]

for (const { what, changes, names } of refused) {
  test(`refused: ${what}`, async () => {
    await assert.rejects(open(changes), (error: { code?: string; message: string }) => error.code === 'config-invalid' && names.test(error.message))
  })
}
