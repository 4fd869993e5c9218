// Owns: the EIP-7910 description of a lane's current, next and last fork, and the EIP-2124/6122 fork identifier in it.
// Does not own: the schedule (fork-schedule.ts) or the JSON (rpc/format/fork-config.ts).
// Called by: the engine's handlers (forkConfig). Pure.

import { crc32 } from 'node:zlib'
import { getActivePrecompiles } from '@ethereumjs/evm'
import type { Common } from '@ethereumjs/common'
import { bareHex, bigintToFixed, concatBytes, fromHex } from '../../primitives.js'
import type { Hash32 } from '../../primitives.js'
import type { ForkConfig, Reply } from '../protocol.js'
import { gasPerBlob } from './fee-rules.js'
import type { ForkSchedule, ScheduledFork } from './fork-schedule.js'

export type ChainStart = { genesisHash: Hash32; genesisTimestamp: bigint }

/** `now`: timestamp of the head, Unix seconds. */
export function forkConfig(schedule: ForkSchedule, start: ChainStart, now: bigint): Reply<'forkConfig'> {
  // Forks by block are over on every chain that can answer in these terms; forks of one moment are one step, its last names it.
  const moments = [...new Set(schedule.rules.forks.flatMap(({ timestamp }) => (timestamp === null ? [] : [BigInt(timestamp)])))].sort(ascending)
  const past = moments.filter((time) => time <= now)
  const future = moments.filter((time) => time > now)
  const current = describe(schedule, start, past.at(-1) ?? 0n)
  const [next] = future
  const last = future.at(-1)
  return {
    current,
    next: next === undefined ? null : describe(schedule, start, next),
    last: last === undefined ? null : describe(schedule, start, last),
  }
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function describe(schedule: ForkSchedule, start: ChainStart, time: bigint): ForkConfig {
  const common = schedule.commonAt(lateBlock, time)
  return {
    activationTime: time <= start.genesisTimestamp ? 0n : time,
    blobSchedule: blobSchedule(common),
    chainId: common.chainId(),
    forkId: forkId(schedule.rules.forks, start, time),
    precompiles: precompiles(common),
    systemContracts: systemContracts(common, schedule.rules.depositContract),
  }
}

/** Past every fork by block. */
const lateBlock = 2n ** 64n - 1n

function blobSchedule(common: Common): ForkConfig['blobSchedule'] {
  if (!common.isActivatedEIP(4844)) return null
  const { targetBlobGasPerBlock, maxBlobGasPerBlock, blobGasPriceUpdateFraction } = common.getBlobGasSchedule()
  return { target: targetBlobGasPerBlock / gasPerBlob, max: maxBlobGasPerBlock / gasPerBlob, baseFeeUpdateFraction: blobGasPriceUpdateFraction }
}

/** CRC-32 over the genesis hash and every fork passed, each once: by block in order, then by time; those that genesis has already do not count. */
function forkId(forks: readonly ScheduledFork[], { genesisHash, genesisTimestamp }: ChainStart, time: bigint): Uint8Array {
  const blocks = forks.flatMap(({ block }) => (block === null || block === 0 ? [] : [BigInt(block)]))
  const times = forks.flatMap(({ timestamp }) => (timestamp === null ? [] : [BigInt(timestamp)])).filter((at) => at > genesisTimestamp && at <= time)
  const passed = [[...new Set(blocks)].sort(ascending), [...new Set(times)].sort(ascending)].flat()
  const sum = crc32(concatBytes(genesisHash, ...passed.map((at) => bigintToFixed(at, 8))))
  return bigintToFixed(BigInt(sum), 4)
}

/** Names as EIP-7910 spells them; by the last two bytes of the address. */
const precompileNames: Record<string, string> = {
  '0001': 'ECREC',
  '0002': 'SHA256',
  '0003': 'RIPEMD160',
  '0004': 'ID',
  '0005': 'MODEXP',
  '0006': 'BN254_ADD',
  '0007': 'BN254_MUL',
  '0008': 'BN254_PAIRING',
  '0009': 'BLAKE2F',
  '000a': 'KZG_POINT_EVALUATION',
  '000b': 'BLS12_G1ADD',
  '000c': 'BLS12_G1MSM',
  '000d': 'BLS12_G2ADD',
  '000e': 'BLS12_G2MSM',
  '000f': 'BLS12_PAIRING_CHECK',
  '0010': 'BLS12_MAP_FP_TO_G1',
  '0011': 'BLS12_MAP_FP2_TO_G2',
  '0100': 'P256VERIFY',
}

function precompiles(common: Common): ForkConfig['precompiles'] {
  const out = [...getActivePrecompiles(common).keys()].map((key) => ({ name: precompileNames[key.slice(36)] ?? `0x${key}`, address: fromHex(key) }))
  return out.sort((a, b) => (a.name < b.name ? -1 : 1))
}

function systemContracts(common: Common, depositContract: string | null): ForkConfig['systemContracts'] {
  const out: ForkConfig['systemContracts'] = []
  if (common.isActivatedEIP(4788)) out.push({ name: 'BEACON_ROOTS_ADDRESS', address: fromHex('000f3df6d732807ef1319fb7b8bb8522d0beac02') })
  if (common.isActivatedEIP(7251))
    out.push({ name: 'CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS', address: fromHex('0000bbddc7ce488642fb579f8b00f3a590007251') })
  if (common.isActivatedEIP(6110)) out.push({ name: 'DEPOSIT_CONTRACT_ADDRESS', address: fromHex(depositContract ?? bareHex(new Uint8Array(20))) })
  if (common.isActivatedEIP(2935)) out.push({ name: 'HISTORY_STORAGE_ADDRESS', address: fromHex('0000f90827f1c53a10cb7a02335b175320002935') })
  if (common.isActivatedEIP(7002))
    out.push({ name: 'WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS', address: fromHex('00000961ef480eb55e80d19ad83579a64c007002') })
  return out
}
