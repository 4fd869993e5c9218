import test from 'node:test'
import assert from 'node:assert/strict'
import { forkConfig } from '../../../../src/evm-lane/engine/fork-config.js'
import { ForkSchedule, gethChainRules, ownChainRules } from '../../../../src/evm-lane/engine/fork-schedule.js'
import { laneCrypto } from '../../../../src/evm-lane/engine/crypto.js'
import { bareHex, fromHex } from '../../../../src/primitives.js'

/** The chain of execution-apis' conformance tests, and its answer to eth_config. */
const hiveChain = {
  chainId: 3503995874084926,
  homesteadBlock: 0,
  eip150Block: 3,
  eip155Block: 6,
  eip158Block: 6,
  byzantiumBlock: 9,
  constantinopleBlock: 12,
  petersburgBlock: 15,
  istanbulBlock: 18,
  muirGlacierBlock: 21,
  berlinBlock: 24,
  londonBlock: 27,
  arrowGlacierBlock: 30,
  grayGlacierBlock: 33,
  mergeNetsplitBlock: 36,
  shanghaiTime: 390,
  cancunTime: 420,
  pragueTime: 450,
  osakaTime: 480,
  bpo1Time: 510,
  bpo2Time: 540,
  terminalTotalDifficulty: 4732352,
  depositContractAddress: '0x0000000000000000000000000000000000000000',
  blobSchedule: {
    cancun: { target: 3, max: 6, baseFeeUpdateFraction: 3338477 },
    prague: { target: 6, max: 9, baseFeeUpdateFraction: 5007716 },
    osaka: { target: 6, max: 9, baseFeeUpdateFraction: 5007716 },
    bpo1: { target: 10, max: 15, baseFeeUpdateFraction: 8346193 },
    bpo2: { target: 14, max: 21, baseFeeUpdateFraction: 11684671 },
  },
}
const genesisHash = fromHex('44fd89d504659cd58f48f4796b77a7e7012cf296a2409afa2f6c3cb99b5b3d99')
const start = { genesisHash, genesisTimestamp: 0n }
const schedule = (): ForkSchedule => new ForkSchedule(gethChainRules(hiveChain), laneCrypto)

function named(list: { name: string; address: Uint8Array }[]): Record<string, string> {
  return Object.fromEntries(list.map(({ name, address }) => [name, bareHex(address)]))
}

test('the newest fork of the conformance chain is told as EIP-7910 says', () => {
  const { current, next, last } = forkConfig(schedule(), start, 10_000n)
  assert.equal(next, null)
  assert.equal(last, null)
  assert.equal(current.activationTime, 540n)
  assert.deepEqual(current.blobSchedule, { target: 14n, max: 21n, baseFeeUpdateFraction: 11684671n })
  assert.equal(current.chainId, 3503995874084926n)
  assert.equal(bareHex(current.forkId), 'e272ecbe')
  const address = (tail: string): string => tail.padStart(40, '0')
  assert.deepEqual(named(current.precompiles), {
    BLAKE2F: address('9'),
    BLS12_G1ADD: address('b'),
    BLS12_G1MSM: address('c'),
    BLS12_G2ADD: address('d'),
    BLS12_G2MSM: address('e'),
    BLS12_MAP_FP2_TO_G2: address('11'),
    BLS12_MAP_FP_TO_G1: address('10'),
    BLS12_PAIRING_CHECK: address('f'),
    BN254_ADD: address('6'),
    BN254_MUL: address('7'),
    BN254_PAIRING: address('8'),
    ECREC: address('1'),
    ID: address('4'),
    KZG_POINT_EVALUATION: address('a'),
    MODEXP: address('5'),
    P256VERIFY: address('100'),
    RIPEMD160: address('3'),
    SHA256: address('2'),
  })
  assert.deepEqual(named(current.systemContracts), {
    BEACON_ROOTS_ADDRESS: '000f3df6d732807ef1319fb7b8bb8522d0beac02',
    CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS: '0000bbddc7ce488642fb579f8b00f3a590007251',
    DEPOSIT_CONTRACT_ADDRESS: address('0'),
    HISTORY_STORAGE_ADDRESS: '0000f90827f1c53a10cb7a02335b175320002935',
    WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS: '00000961ef480eb55e80d19ad83579a64c007002',
  })
})

test('between two forks the next and the last one are told too', () => {
  const { current, next, last } = forkConfig(schedule(), start, 430n)
  assert.equal(current.activationTime, 420n)
  assert.equal(current.systemContracts.length, 1)
  assert.equal(next?.activationTime, 450n)
  assert.equal(last?.activationTime, 540n)
  assert.deepEqual(next?.blobSchedule, { target: 6n, max: 9n, baseFeeUpdateFraction: 5007716n })
  assert.equal(bareHex(last?.forkId ?? new Uint8Array(0)), 'e272ecbe')
  assert.notDeepEqual(current.forkId, next?.forkId)
})

test('a chain whose genesis has every fork tells activation time 0 and the checksum of its genesis hash alone', () => {
  const own = new ForkSchedule(ownChainRules(77_000, null), laneCrypto)
  const { current, next } = forkConfig(own, { genesisHash: fromHex('00'.repeat(32)), genesisTimestamp: 1_700_000_000n }, 1_800_000_000n)
  assert.equal(next, null)
  assert.equal(current.activationTime, 0n)
  assert.equal(bareHex(current.forkId), '190a55ad') // CRC-32 of 32 zero bytes
  assert.deepEqual(current.blobSchedule, { target: 14n, max: 21n, baseFeeUpdateFraction: 11684671n })
  assert.deepEqual(forkConfig(new ForkSchedule(ownChainRules(77_000, 'shanghai'), laneCrypto), start, 5n).current.blobSchedule, null)
})
